// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

/// What became of the visit that a request belongs to.
enum class VisitResult : std::uint8_t {
  GoesOn,   ///< the request has come with its id
  Begun,    ///< an id was drawn, and the answer gives it to the client
  NotKept,  ///< an id was drawn, and the answer must not carry it: nobody knows it any more
};

/// Counts requests that were answered by it. Safe for concurrent use.
class Visits {
 public:
  void count(VisitResult result) {
    counts_[static_cast<std::size_t>(result)].fetch_add(1, std::memory_order_relaxed);
  }
  /// banyan_visits_total; nothing before the first one.
  std::vector<telemetry::Sample> samples() const;

 private:
  std::array<std::atomic<std::uint64_t>, 3> counts_{};
};

}  // namespace banyan::serving
