// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include "banyan/telemetry/line_output.hpp"

namespace banyan::telemetry {

/// Writes lines on a thread of its own, so that nobody who has something to say waits for whoever
/// reads it. What waits to be written is bounded; when there is no room, lines are dropped and
/// counted. Safe for concurrent use.
class LineWriter {
 public:
  static constexpr std::size_t kMostWaiting = std::size_t{1} << 20;

  /// Told on the writer's thread that the file could not be opened again, each time that it was
  /// asked for, and once when it was moved away: lines go to the old one.
  using NotReopened = std::function<void(const std::error_code& why)>;

  explicit LineWriter(std::unique_ptr<LineOutput> output, NotReopened not_reopened = {});
  /// Writes what waits, for which it takes a second at most.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// A line with its end. False when there is no room.
  [[nodiscard]] bool add(std::string_view line);
  /// Opens the file again by its name, before the next line is written. (One that was moved away is
  /// noticed within a second, when there is something to write.)
  void reopen();
  void count_as_dropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }
  /// Lines that were not written whole: there was no reader, no time, or an error; and those that
  /// were counted.
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  void run();
  void write(std::string_view lines);
  void reopen_now();

  std::unique_ptr<LineOutput> output_;
  NotReopened not_reopened_;
  bool told_ = false;  ///< that it could not be opened again
  std::atomic<std::uint64_t> dropped_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_;
  bool reopen_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point looked_;
  std::thread thread_;
};

}  // namespace banyan::telemetry
