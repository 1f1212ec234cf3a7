// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "forwarding/outcome.hpp"
#include "routing/route.hpp"
#include "telemetry/log.hpp"

namespace banyan::strangler {

/// What the log says about requests: failures of upstreams at a bounded rate, because an upstream
/// that is away must not fill the disk too. (Each request by itself: see AccessLog.) Safe for
/// concurrent use.
class RequestLog {
 public:
  explicit RequestLog(const telemetry::Log& log);

  static constexpr std::uint32_t kFailuresPerSecond = 10;
  void failure(const Route& route, const Outcome& outcome);

 private:
  const telemetry::Log& log_;
  std::atomic<std::int64_t> second_{0};
  std::atomic<std::uint32_t> in_second_{0};
  std::atomic<std::uint64_t> untold_{0};
};

}  // namespace banyan::strangler
