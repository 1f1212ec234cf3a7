// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "banyan/kernel/clock.hpp"

namespace banyan::host {

/// How many calls there were in the last ten seconds. Safe for concurrent use, without a lock: in
/// the instant in which a second begins some may be lost, or those of eleven seconds ago seen once
/// more, for it is a tendency and no book.
class RecentCalls {
 public:
  static constexpr std::int64_t kSeconds = 10;

  void count(SteadyTime now) {
    const std::int64_t number = second_of(now);
    Second& second = seconds_[place_of(number)];
    std::int64_t there = second.number.load(std::memory_order_relaxed);
    if (there > number) return;
    if (there < number && second.number.compare_exchange_strong(there, number)) {
      second.calls.store(0, std::memory_order_relaxed);
    }
    second.calls.fetch_add(1, std::memory_order_relaxed);
  }

  std::uint64_t read(SteadyTime now) const {
    const std::int64_t latest = second_of(now);
    std::uint64_t calls = 0;
    for (const Second& second : seconds_) {
      const std::int64_t number = second.number.load(std::memory_order_relaxed);
      if (number > latest - kSeconds && number <= latest) {
        calls += second.calls.load(std::memory_order_relaxed);
      }
    }
    return calls;
  }

 private:
  struct Second {
    std::atomic<std::int64_t> number{-1};
    std::atomic<std::uint64_t> calls{0};
  };

  static std::int64_t second_of(SteadyTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  }
  static std::size_t place_of(std::int64_t number) {
    return static_cast<std::size_t>(number) % static_cast<std::size_t>(kSeconds + 1);
  }

  std::array<Second, static_cast<std::size_t>(kSeconds + 1)> seconds_;
};

}  // namespace banyan::host
