// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::strangler {

/// Counts the requests that the engine did not take, by status and reason: malformed, beyond a
/// limit, too slow. Safe for concurrent use.
class Refusals {
 public:
  void count(const http::Refusal& refusal);
  /// banyan_requests_refused_total.
  std::vector<telemetry::Gauge> gauges() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<unsigned, std::string>, std::uint64_t> counts_;
};

}  // namespace banyan::strangler
