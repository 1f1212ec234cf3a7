// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/failure_log.hpp"

namespace banyan::serving {

std::optional<std::uint64_t> FailureLog::admit() {
  const std::int64_t now = clock_->now().micros / 1'000'000;
  if (second_.exchange(now, std::memory_order_relaxed) != now) {
    in_second_.store(0, std::memory_order_relaxed);
  }
  if (in_second_.fetch_add(1, std::memory_order_relaxed) >= kPerSecond) {
    untold_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return untold_.exchange(0, std::memory_order_relaxed);
}

}  // namespace banyan::serving
