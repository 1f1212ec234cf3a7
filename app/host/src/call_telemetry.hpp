// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/bindings.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::host {

/// Counts every port call, and logs those that an operator must look at.
class CallTelemetry final : public CallObserver {
 public:
  /// Both must outlive it.
  CallTelemetry(telemetry::Metrics& metrics, const telemetry::Log& log)
      : metrics_(&metrics), log_(&log) {}

  void called(const Call& call) noexcept override;
  void fault(const Call& call, std::string_view what) noexcept override;

 private:
  telemetry::Metrics* metrics_;
  const telemetry::Log* log_;
};

}  // namespace banyan::host
