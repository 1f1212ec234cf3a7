// SPDX-License-Identifier: Apache-2.0
#include "call_telemetry.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace banyan::host {
namespace {

// A broken rule is an answer; these are not.
bool is_fault(ErrorCode code) {
  return code == ErrorCode::Internal || code == ErrorCode::Unavailable ||
         code == ErrorCode::DeadlineExceeded;
}

}  // namespace

void CallTelemetry::called(const Call& call) noexcept {
  // Telemetry must never take a call down with it.
  telemetry::contain(
      [&] {
        metrics_->calls.record(call.port, call.operation, call.binding, call.error != nullptr,
                               call.took, clock_->now());
        const bool faulty = call.error != nullptr && is_fault(call.error->code);
        const auto level = faulty ? telemetry::Level::Warning : telemetry::Level::Debug;
        if (!log_->takes(level)) return;
        const auto untold = faulty ? failures_.admit() : std::optional<std::uint64_t>(0);
        if (!untold) return;
        log_->write(level, "port_call", call.context,
                    {{"module", call.port},
                     {"operation", call.operation},
                     {"binding", call.binding},
                     {"duration_seconds", std::chrono::duration<double>(call.took).count()},
                     {"rule", call.error != nullptr ? call.error->rule : std::string()},
                     {"message", faulty ? call.error->message : std::string()},
                     {"suppressed", *untold}});
      },
      on_fault_);
}

void CallTelemetry::fault(const Call& call, std::string_view what) noexcept {
  telemetry::contain(
      [&] {
        const auto untold = faults_.admit();
        if (!untold) return;
        log_->write(telemetry::Level::Error, "module_fault", call.context,
                    {{"module", call.port},
                     {"operation", call.operation},
                     {"message", what},
                     {"suppressed", *untold}});
      },
      on_fault_);
}

}  // namespace banyan::host
