// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "banyan/kernel/clock.hpp"

namespace banyan::serving {

/// Bounds how often the log tells of failures, because an upstream that is away must not fill the
/// disk too. (Each request by itself is in the access log.) Safe for concurrent use.
class FailureLog {
 public:
  /// `clock` must outlive it.
  explicit FailureLog(const Clock& clock) : clock_(&clock) {}

  static constexpr std::uint32_t kPerSecond = 10;
  /// Whether this one is told: nothing when it is not, else how many were not told before it.
  std::optional<std::uint64_t> admit();

 private:
  const Clock* clock_;
  std::atomic<std::int64_t> second_{0};
  std::atomic<std::uint32_t> in_second_{0};
  std::atomic<std::uint64_t> untold_{0};
};

}  // namespace banyan::serving
