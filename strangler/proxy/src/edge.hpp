// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "access_log.hpp"
#include "decision.hpp"
#include "doors.hpp"
#include "http/exchange.hpp"
#include "operator_pages.hpp"
#include "proxy/options.hpp"
#include "refusals.hpp"
#include "request_log.hpp"
#include "site.hpp"
#include "stages/snapshot.hpp"
#include "stages/stages.hpp"
#include "telemetry/metrics.hpp"
#include "tunnels.hpp"

namespace banyan::strangler {

/// The routes in force; replaced as a whole.
using CurrentSite = Snapshot<std::shared_ptr<const Site>>;

/// Where requests come in. The way of each, in one line: match the route, find the unit, choose the
/// side, forward. On the loop of the connection; nothing here blocks.
class Edge final : public http::Application {
 public:
  struct Parts {
    const CurrentSite& site;
    const Stages& stages;
    OperatorPages& pages;
    telemetry::Metrics& metrics;
    Tunnels& tunnels;
    Refusals& refusals;
    RequestLog& log;
    AccessLog* access_log = nullptr;
    const TrustedPeers& trusted_peers;
    const Doors& doors;
    std::chrono::milliseconds total_time{0};  ///< of an exchange; 0: no limit
    bool explain = false;
  };
  /// All parts must outlive the edge.
  explicit Edge(const Parts& parts) : parts_(parts) {}

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  void refused(const http::RefusedRequest& request, http::Response& answer) override;

 private:
  using Exchange = std::shared_ptr<http::Exchange>;
  bool logs_accesses() const;
  static void answer_for_all(http::Exchange& exchange);
  void refuse(http::Exchange& exchange, const RouteMatch& match);
  void refuse(http::Exchange& exchange, http::Response answer);
  void forward(Exchange exchange, const Route& route, std::shared_ptr<const Site> site);

  Parts parts_;
};

}  // namespace banyan::strangler
