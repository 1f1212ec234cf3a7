// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "control/admin_api.hpp"
#include "http/exchange.hpp"
#include "kernel/executor.hpp"
#include "telemetry/health.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::strangler {

/// What the proxy answers itself. Everything that may wait for a disk runs on a worker.
class OperatorPages {
 public:
  using Exchange = std::shared_ptr<http::Exchange>;
  struct Parts {
    AdminApi& admin;
    telemetry::Health& health;
    telemetry::Metrics& metrics;
    const telemetry::Log& log;
    std::function<std::string()> live;       ///< the document that the dashboard polls
    std::function<std::string()> upstreams;  ///< the instances and their health
  };
  explicit OperatorPages(Parts parts);

  /// /_banyan and below, whoever asks: served, or refused when `operators_here` is false.
  /// False when the path is not there.
  bool serve_reserved(const Exchange& exchange, bool operators_here);
  /// /health/…, /metrics; false when the path is none of them.
  bool serve_common(const Exchange& exchange, bool operators_here);
  /// Where nothing but the operators' pages is.
  void serve_only(const Exchange& exchange);

 private:
  using Make = std::function<http::Response()>;
  std::optional<Make> page(std::string_view path);
  void admin(const Exchange& exchange, std::string_view path, std::string_view query);
  void on_worker(const Exchange& exchange, Make make);
  void failed(http::Exchange& exchange, std::string_view what) const;

  Parts parts_;
  std::unique_ptr<Executor> workers_;
};

}  // namespace banyan::strangler
