// SPDX-License-Identifier: Apache-2.0
#include "loop_lag.hpp"

#include <algorithm>

namespace banyan::http {

void LoopLag::waits(SteadyTime now, std::chrono::milliseconds at_most) noexcept {
  const Seconds turn = now - began_;
  count(turn, turn);
  waits_since_ = now;
  waits_until_ = at_most.count() < 0 ? SteadyTime::max() : now + at_most;
}

void LoopLag::wakes(SteadyTime now) noexcept {
  began_ = std::min(now, waits_until_);
  count(began_ - waits_since_, Seconds(0));
}

void LoopLag::count(Seconds time, Seconds lag) noexcept {
  const double share = std::min(time / Seconds(kWindow), 1.0);
  mean_ += (lag - mean_) * share;
  const bool was = late_.load(std::memory_order_relaxed);
  const bool is = mean_ >= (was ? late_after_ / 2 : late_after_);
  if (is != was) late_.store(is, std::memory_order_relaxed);
}

}  // namespace banyan::http
