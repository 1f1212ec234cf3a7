// SPDX-License-Identifier: Apache-2.0
#include "timer_wheel.hpp"

#include <algorithm>
#include <utility>

namespace banyan::http {

Timer::Timer(TimerWheel& wheel, std::function<void()> expired)
    : wheel_(&wheel), expired_(std::move(expired)) {}

Timer::~Timer() { unlink(); }

void Timer::set(std::chrono::milliseconds delay) {
  due_ = wheel_->now_in_ticks() + std::max<std::int64_t>(delay / TimerWheel::kTick, 0) + 1;
  if (linked_at_ <= due_) return;
  unlink();
  wheel_->link(*this);
}

void Timer::unlink() noexcept {
  if (linked_at_ == kNever) return;
  previous->next = next;
  next->previous = previous;
  previous = next = this;
  linked_at_ = kNever;
  --wheel_->linked_;
}

void TimerWheel::link(Timer& timer) {
  if (linked_ == 0) current_ = now_in_ticks();
  // Beyond the horizon: the last slot, and again from there.
  timer.linked_at_ = std::clamp(timer.due_, current_ + 1, current_ + kSlots - 1);
  TimerNode& slot = slots_[static_cast<std::size_t>(timer.linked_at_ % kSlots)];
  timer.previous = slot.previous;
  timer.next = &slot;
  slot.previous->next = &timer;
  slot.previous = &timer;
  ++linked_;
}

void TimerWheel::advance(const Fire& fire) {
  if (empty()) return;
  const std::int64_t now = now_in_ticks();
  current_ = std::max(current_, now - kSlots);
  while (current_ < now) {
    ++current_;
    // Apart from the slot: what is set meanwhile may be put there, for another time.
    TimerNode due;
    slots_[static_cast<std::size_t>(current_ % kSlots)].hand_over_to(due);
    while (due.next != &due) {
      Timer& timer = static_cast<Timer&>(*due.next);
      timer.unlink();
      if (timer.due_ == Timer::kNever) continue;
      if (timer.due_ > current_) {
        link(timer);
        continue;
      }
      timer.clear();
      fire(timer.expired_);
    }
  }
}

}  // namespace banyan::http
