// SPDX-License-Identifier: Apache-2.0
#include "request_log.hpp"

#include <cmath>

#include "kernel/clock.hpp"

namespace banyan::strangler {
namespace {

double milliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

RequestLog::RequestLog(const telemetry::Log& log, double share)
    : log_(log), every_(share > 0 ? static_cast<std::uint64_t>(std::llround(1 / share)) : 0) {}

bool RequestLog::wants_line() {
  return every_ != 0 && requests_.fetch_add(1, std::memory_order_relaxed) % every_ == 0;
}

void RequestLog::line(const http::Exchange& exchange, const Route& route,
                      const Outcome& outcome) const {
  const http::RequestHead& head = exchange.head();
  log_.write(telemetry::Level::Info, "proxy.request",
             {{"request_id", exchange.id()},
              {"peer", exchange.peer().host},
              {"method", head.method},
              {"target", head.target},
              {"route", route.name},
              {"side", to_string(outcome.side)},
              {"upstream", to_string(outcome.endpoint)},
              {"status", static_cast<std::int64_t>(outcome.status)},
              {"outcome", to_string(outcome.failure)},
              {"attempts", static_cast<std::int64_t>(outcome.attempts)},
              {"milliseconds", milliseconds(outcome.took)}});
}

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
