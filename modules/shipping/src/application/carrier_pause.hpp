// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "banyan/kernel/clock.hpp"
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
    const auto wait = backoff(++failures_, policy_.first_backoff, policy_.longest_pause);
    until_ = clock_.steady() + wait;
    return wait;
  }

 private:
  const banyan::Clock& clock_;
  const CarrierPolicy policy_;
  mutable std::mutex mutex_;
  std::int64_t failures_ = 0;
  banyan::SteadyTime until_{};
};

}  // namespace shipping
