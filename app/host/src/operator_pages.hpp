// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "control/admin_api.hpp"
#include "http/exchange.hpp"
#include "kernel/executor.hpp"
#include "telemetry/health.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::host {

/// What is served besides the modules' operations: the start page, the API's description, health,
/// metrics, and everything below /_banyan/.
class OperatorPages {
 public:
  struct Parts {
    std::string_view home_page;
    std::string openapi;
    const telemetry::Metrics& metrics;
    const telemetry::Health& health;
    const telemetry::Log& log;
    strangler::AdminApi* admin;         ///< null in a process without a control store
    std::function<std::string()> live;  ///< the document of /_banyan/api/live
    bool operators_here;  ///< whether /_banyan/ is served: only where nobody but this machine
                          ///< can call, and only to those who call it by a loopback name
  };
  explicit OperatorPages(Parts parts);

  /// Answers it if it is for one of these pages, now or on a worker of its own. On the loop.
  bool serve(const std::shared_ptr<http::Exchange>& exchange);

 private:
  using Exchange = std::shared_ptr<http::Exchange>;
  using Make = std::function<http::Response()>;
  /// The page that is read at this path; empty when there is none. `slow` ones block.
  struct Page {
    Make make;
    bool slow = false;
  };
  Page find(std::string_view path) const;
  Page find_operator_page(std::string_view path) const;
  void serve_admin(const Exchange& exchange, std::string path, std::string query);
  void on_worker(const Exchange& exchange, Make make);
  void failed(http::Exchange& exchange, std::string_view what) const;

  Parts parts_;
  std::unique_ptr<Executor> workers_;
};

}  // namespace banyan::host
