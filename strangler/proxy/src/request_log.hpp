// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "forwarding/outcome.hpp"
#include "http/exchange.hpp"
#include "routing/route.hpp"
#include "telemetry/log.hpp"

namespace banyan::strangler {

/// What is written about requests: a sampled access log, and failures of upstreams at a bounded
/// rate, because an upstream that is away must not fill the disk too. Safe for concurrent use.
class RequestLog {
 public:
  RequestLog(const telemetry::Log& log, double share);

  /// Whether this request gets a line: the n-th of each n.
  bool wants_line();
  void line(const http::Exchange& exchange, const Route& route, const Outcome& outcome) const;

  static constexpr std::uint32_t kFailuresPerSecond = 10;
  void failure(const Route& route, const Outcome& outcome);

 private:
  const telemetry::Log& log_;
  std::uint64_t every_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::int64_t> second_{0};
  std::atomic<std::uint32_t> in_second_{0};
  std::atomic<std::uint64_t> untold_{0};
};

}  // namespace banyan::strangler
