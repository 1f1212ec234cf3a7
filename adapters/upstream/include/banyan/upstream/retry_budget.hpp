// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "banyan/kernel/clock.hpp"

namespace banyan::upstream {

struct RetryRules {
  double share = 0.2;             ///< retries on top of the requests of the last ten seconds …
  std::uint32_t per_second = 10;  ///< … and so many in any case, so that few requests have some too
  friend bool operator==(const RetryRules&, const RetryRules&) = default;
};

/// Keeps retries from becoming a storm: when everything fails, a dependency is asked a fifth more
/// than without them, not twice as much. Only for requests that the other side may have seen; one
/// that was provably not sent adds no load, and needs no budget. Safe for concurrent use; costs
/// nothing as long as nothing is retried.
class RetryBudget {
 public:
  /// `clock` must outlive the budget.
  RetryBudget(RetryRules rules, const Clock& clock) : rules_(rules), clock_(&clock) {}

  /// May one more retry be made? `requests`: those of the last ten seconds. Who can do without has
  /// only a `part` of the budget, so that the rest is left for those who cannot.
  bool take(std::uint64_t requests, double part = 1);

  struct Report {
    std::uint64_t made = 0;    ///< since the start
    std::uint64_t denied = 0;  ///< for want of budget, since the start
  };
  Report report() const;

 private:
  static constexpr std::size_t kSeconds = 10;
  struct Second {
    std::int64_t number = -1;
    std::uint64_t retries = 0;
  };

  const RetryRules rules_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  std::array<Second, kSeconds> seconds_{};
  Report report_;
};

}  // namespace banyan::upstream
