// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "banyan/kernel/clock.hpp"

namespace banyan::host {

/// Whose lag an event has. What was published while this process brought nothing, as before it was
/// started, has waited for that; and what is published until it has caught up waits behind it. It
/// has caught up with an event that was published after the one before was handled. A follower that
/// lags is never seen to have: so this lasts at most some times as long as the first of them
/// waited.
class CatchingUp {
 public:
  void interrupt() { interrupted_ = true; }
  /// Whether an event that is handled now has waited for this process.
  bool excuses(const Timestamp& published, const Timestamp& now);

 private:
  /// As long as it takes where events come three quarters as fast as they can be handled.
  static constexpr int kTimes = 3;
  /// Longer ago is what an operator has released, which says nothing of this process.
  static constexpr std::chrono::minutes kLongestWait{10};

  bool interrupted_ = true;
  Timestamp border_;  ///< what was published until then has waited
  Timestamp until_;   ///< the border stays where it is from then on
};

}  // namespace banyan::host
