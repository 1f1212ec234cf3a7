// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <tuple>
#include <vector>

namespace recordshop::load {

/// Runs what has been planned for a time on a few threads, each not before its time. When all
/// threads are at work, what is due waits, and knows since when: a shop that is slow does not slow
/// down those who come (no coordinated omission), and their waiting is counted.
class Arrivals {
 public:
  using Clock = std::chrono::steady_clock;
  /// Gets the time for which it was planned.
  using Step = std::function<void(Clock::time_point intended)>;

  explicit Arrivals(std::size_t threads);
  /// What has not begun by then is forgotten; what has is waited for.
  ~Arrivals();
  Arrivals(const Arrivals&) = delete;
  Arrivals& operator=(const Arrivals&) = delete;

  void at(Clock::time_point time, Step step);
  /// Until nothing is planned and nothing runs, at most until then; whether that is so.
  bool wait_until_idle(Clock::time_point deadline);
  /// Planned or running.
  std::size_t unfinished() const;

 private:
  struct Planned {
    Clock::time_point time;
    std::uint64_t number;  ///< of equal times the first planned
    Step step;
    bool operator<(const Planned& other) const {
      return std::tie(time, number) > std::tie(other.time, other.number);
    }
  };
  void work(const std::stop_token& stop);
  mutable std::mutex mutex_;
  std::condition_variable_any planned_more_;
  std::condition_variable idle_;
  std::priority_queue<Planned> planned_;
  std::uint64_t numbers_ = 0;
  std::size_t running_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace recordshop::load
