// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <set>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/work.hpp"
#include "domain/turn.hpp"

namespace shipping {

/// A carrier that does not answer is left alone for a while by everybody at once; then one asks,
/// and when that gets an answer all go on. So an outage costs no consignment anything. Of one
/// process; safe for concurrent use.
class CarrierPause {
 public:
  CarrierPause(const banyan::Clock& clock, const CarrierPolicy& policy)
      : clock_(clock), policy_(policy) {}

  bool is_over() const {
    const std::lock_guard lock(mutex_);
    return clock_.steady() >= until_;
  }
  void answered() {
    const std::lock_guard lock(mutex_);
    failures_ = 0;
    until_ = {};
  }
  /// For how long nobody asks.
  std::chrono::milliseconds not_answered() {
    const std::lock_guard lock(mutex_);
    if (failures_ == 0) {  // another outage
      out_since_ = clock_.steady();
      counted_.clear();
    }
    const auto wait = backoff(++failures_, policy_.first_backoff, policy_.longest_pause);
    until_ = clock_.steady() + wait;
    return wait;
  }

  /// Of a consignment that was not answered either: whether that is told as a failure. Not in a
  /// short outage, which is nobody's, and once in a long one, however often it is asked for. More
  /// than are remembered are not counted, rather than each of them again and again.
  bool fails_first(const OrderId& order) {
    constexpr std::size_t kMost = 10'000;
    const std::lock_guard lock(mutex_);
    if (clock_.steady() - out_since_ < banyan::kLongOutage) return false;
    return counted_.size() < kMost && counted_.insert(order).second;
  }
  /// Of one that was answered: whether it was told as a failure before.
  bool has_failed(const OrderId& order) {
    const std::lock_guard lock(mutex_);
    return counted_.erase(order) > 0;
  }

 private:
  const banyan::Clock& clock_;
  const CarrierPolicy policy_;
  mutable std::mutex mutex_;
  std::int64_t failures_ = 0;
  banyan::SteadyTime until_{};
  banyan::SteadyTime out_since_{};
  std::set<OrderId> counted_;  ///< as failures of this outage or the last one, not answered yet
};

}  // namespace shipping
