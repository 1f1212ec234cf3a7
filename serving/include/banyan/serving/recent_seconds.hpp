// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "banyan/kernel/clock.hpp"

namespace banyan::serving {

/// The sums of `kFigures` figures over the last ten seconds. Safe for concurrent use, without a
/// lock: in the instant in which a second begins some may be lost, or those of eleven seconds ago
/// seen once more, for it is a tendency and no book.
template <std::size_t kFigures>
class RecentSeconds {
 public:
  static constexpr std::int64_t kSeconds = 10;
  using Figures = std::array<std::uint64_t, kFigures>;

  /// What is older than what its place holds by now is beyond the window anyway.
  void add(SteadyTime at, const Figures& figures) {
    const std::int64_t number = second_of(at);
    Second& second = seconds_[static_cast<std::size_t>(number) % seconds_.size()];
    std::int64_t there = second.number.load(std::memory_order_relaxed);
    while (there < number && !second.number.compare_exchange_weak(there, number)) {
    }
    if (there > number) return;
    if (there < number) {
      for (auto& sum : second.sums) sum.store(0, std::memory_order_relaxed);
    }
    for (std::size_t i = 0; i < kFigures; ++i) {
      if (figures[i] != 0) second.sums[i].fetch_add(figures[i], std::memory_order_relaxed);
    }
  }

  Figures read(SteadyTime now) const {
    const std::int64_t latest = second_of(now);
    Figures all{};
    for (const Second& second : seconds_) {
      const std::int64_t number = second.number.load(std::memory_order_relaxed);
      if (number > latest || number <= latest - kSeconds) continue;
      for (std::size_t i = 0; i < kFigures; ++i) {
        all[i] += second.sums[i].load(std::memory_order_relaxed);
      }
    }
    return all;
  }

 private:
  struct Second {
    std::atomic<std::int64_t> number{-1};
    std::array<std::atomic<std::uint64_t>, kFigures> sums{};
  };

  static std::int64_t second_of(SteadyTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  }

  std::array<Second, static_cast<std::size_t>(kSeconds + 1)> seconds_;
};

}  // namespace banyan::serving
