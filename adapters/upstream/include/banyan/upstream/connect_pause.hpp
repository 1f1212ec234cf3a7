// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "banyan/kernel/clock.hpp"

namespace banyan::upstream {

/// When those who can do without an answer (copies) leave an instance alone, since nobody takes
/// their connections there: to find that out anew for each of them costs clients more than the copy
/// would. An attempt that reached nobody begins a pause; after it one attempt is let through, and
/// when that fails too the next pause is twice as long. Whoever is taken there ends it.
///
/// It says nothing to real requests, which are all the more needed to find out. No I/O, no clock of
/// its own. Safe for concurrent use, without a lock.
class ConnectPause {
 public:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kLongest{5'000};

  /// One that was let through: after so many pauses in a row.
  struct Attempt {
    std::uint8_t pauses = 0;
  };
  /// Nothing during a pause, nor while the one that was let through after it has not come back, for
  /// as long again at most.
  std::optional<Attempt> admit(SteadyTime now);
  /// For how long yet admit() lets nobody through; 0: it may let one.
  std::chrono::milliseconds left(SteadyTime now) const;
  bool is_over(SteadyTime now) const { return left(now).count() == 0; }

  /// It reached nobody. Of several that were under way one counts.
  void failed(Attempt attempt, SteadyTime now);
  /// Somebody was taken there, whoever it was.
  void succeeded() {
    if (word_.load(std::memory_order_relaxed) != 0) word_.store(0, std::memory_order_relaxed);
  }

 private:
  /// Its end and how many there were in a row, in one word, so that they change together; 0: none.
  std::atomic<std::uint64_t> word_{0};
};

}  // namespace banyan::upstream
