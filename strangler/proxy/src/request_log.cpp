// SPDX-License-Identifier: Apache-2.0
#include "request_log.hpp"

#include "kernel/clock.hpp"

namespace banyan::strangler {
RequestLog::RequestLog(const telemetry::Log& log) : log_(log) {}

void RequestLog::failure(const Route& route, const Outcome& outcome) {
  const std::int64_t now = system_clock().now().micros / 1'000'000;
  if (second_.exchange(now, std::memory_order_relaxed) != now) {
    in_second_.store(0, std::memory_order_relaxed);
  }
  if (in_second_.fetch_add(1, std::memory_order_relaxed) >= kFailuresPerSecond) {
    untold_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  log_.write(telemetry::Level::Warning, "proxy.upstream_failed",
             {{"route", route.name},
              {"side", to_string(outcome.side)},
              {"upstream", to_string(outcome.endpoint)},
              {"outcome", to_string(outcome.failure)},
              {"status", static_cast<std::int64_t>(outcome.status)},
              {"message", outcome.message},
              {"not_logged_before",
               static_cast<std::int64_t>(untold_.exchange(0, std::memory_order_relaxed))}});
}

}  // namespace banyan::strangler
