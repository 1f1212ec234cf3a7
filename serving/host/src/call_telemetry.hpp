// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

#include "banyan/kernel/bindings.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/serving/failure_log.hpp"
#include "banyan/telemetry/contained.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::host {

/// Counts every port call, and logs those that an operator must look at, a few a second.
class CallTelemetry final : public CallObserver {
 public:
  /// All must outlive it. `on_fault` is told what keeps a call from being counted or logged; it
  /// must not wait.
  CallTelemetry(telemetry::Metrics& metrics, const telemetry::Log& log, const Clock& clock,
                telemetry::OnFault on_fault)
      : metrics_(&metrics),
        log_(&log),
        clock_(&clock),
        on_fault_(std::move(on_fault)),
        failures_(clock),
        faults_(clock) {}

  void called(const Call& call) noexcept override;
  void fault(const Call& call, std::string_view what) noexcept override;

 private:
  telemetry::Metrics* metrics_;
  const telemetry::Log* log_;
  const Clock* clock_;
  telemetry::OnFault on_fault_;
  // Each for itself, so that a service that is away does not hide that a module is broken.
  serving::FailureLog failures_;
  serving::FailureLog faults_;
};

}  // namespace banyan::host
