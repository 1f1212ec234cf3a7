// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

#include "banyan/kernel/clock.hpp"

namespace banyan::http {

/// How long something that is ready has to wait for its loop: as long as the turn that the loop is
/// at, and as long as the system lets the loop wait for the processor. A mean over time, in which a
/// turn counts by its length and waiting for nothing: one hiccup of some milliseconds is no lag,
/// and one long turn is. Costs a reading of the clock a turn. On its loop only, but for late().
class LoopLag {
 public:
  /// Of what lies further back little is left.
  static constexpr std::chrono::milliseconds kWindow{100};

  explicit LoopLag(std::chrono::nanoseconds late_after) : late_after_(late_after) {}

  /// A turn ends: from now on the loop waits, for no longer than that (negative: for ever).
  void waits(SteadyTime now, std::chrono::milliseconds at_most) noexcept;
  /// A turn begins. When that is later than the wait was to last, by so much it has been late.
  void wakes(SteadyTime now) noexcept;

  /// From `late_after` on, until half of it is left: who gives way is not to come back each time
  /// that giving way has helped. Any thread.
  bool late() const noexcept { return late_.load(std::memory_order_relaxed); }

 private:
  using Seconds = std::chrono::duration<double>;
  /// For so long, what was ready had to wait for so long.
  void count(Seconds time, Seconds lag) noexcept;

  const Seconds late_after_;
  Seconds mean_{0};
  SteadyTime began_{};        ///< the turn, or when it should have
  SteadyTime waits_since_{};  ///< and the longest that it was to
  SteadyTime waits_until_{SteadyTime::max()};
  std::atomic<bool> late_{false};
};

}  // namespace banyan::http
