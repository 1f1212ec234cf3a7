// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>

#include "banyan/kernel/clock.hpp"

namespace banyan::http {

class TimerWheel;

struct TimerNode {
  TimerNode* previous = this;
  TimerNode* next = this;

  /// All that hangs on this one; `other` has nothing yet.
  void hand_over_to(TimerNode& other) noexcept {
    if (next == this) return;
    other.next = next;
    other.previous = previous;
    next->previous = &other;
    previous->next = &other;
    next = previous = this;
  }
};

/// A deadline of something that lives on a loop. Moving it further away, which is what a busy
/// connection does all the time, costs a store; the wheel finds out when it gets there.
class Timer : private TimerNode {
 public:
  /// `expired` may destroy the timer and others.
  Timer(TimerWheel& wheel, std::function<void()> expired);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void set(std::chrono::milliseconds delay);
  void clear() noexcept { due_ = kNever; }
  /// As clear(), and leaves the wheel, so that another thread may destroy it.
  void stop() noexcept {
    clear();
    unlink();
  }
  bool is_set() const noexcept { return due_ != kNever; }

 private:
  friend class TimerWheel;
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  void unlink() noexcept;

  TimerWheel* wheel_;
  std::int64_t due_ = kNever;
  std::int64_t linked_at_ = kNever;
  std::function<void()> expired_;
};

/// All deadlines of a loop, in slots of 10 ms. Its time is that of the last catch_up(), which makes
/// setting a timer cheap: what the loop has been busy with since then, so much earlier can a
/// deadline fire. Not safe for concurrent use.
class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{10};

  /// Lets the time be `now`, for what is set from here on.
  void catch_up(SteadyTime now) noexcept { now_ = now; }
  SteadyTime now() const noexcept { return now_; }
  using Fire = std::function<void(std::function<void()>& expired)>;
  /// Has `fire` call what is due; it must not throw. Call it every tick, or seldom, while it is not
  /// empty.
  void advance(const Fire& fire);
  /// Whether nothing is waited for.
  bool empty() const noexcept { return linked_ == 0; }

 private:
  friend class Timer;
  static constexpr std::int64_t kSlots = 1024;

  std::int64_t now_in_ticks() const noexcept { return now_.time_since_epoch() / kTick; }
  void link(Timer& timer);

  std::array<TimerNode, kSlots> slots_;
  SteadyTime now_ = std::chrono::steady_clock::now();
  std::int64_t current_ = 0;
  std::size_t linked_ = 0;
};

}  // namespace banyan::http
