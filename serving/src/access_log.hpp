// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "access_line.hpp"
#include "banyan/forwarding/outcome.hpp"
#include "banyan/http/exchange.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/routing/route.hpp"
#include "banyan/telemetry/line_output.hpp"
#include "banyan/telemetry/log.hpp"

namespace banyan::serving {

/// One line for each request, or for a share of them, in a file of its own: JSON, or the combined
/// format of Apache and nginx.
///
/// Whoever answers requests never waits for the disk: each loop puts its lines into a buffer of its
/// own, and a thread writes what is there twenty times a second. When the disk cannot keep up and a
/// buffer is full, lines are dropped and counted; so they are when whoever reads the pipe takes
/// nothing for a second, or has gone. A file that was moved away is opened anew within a second, or
/// at once by reopen(), so that logrotate needs no copytruncate.
class AccessLog {
 public:
  /// Throws std::runtime_error with the path and the reason when the file cannot be opened.
  /// `log`, which must outlive it, is told of lines that were dropped, and that the file could not
  /// be opened again.
  AccessLog(const strangler::AccessLogPlan& plan, std::size_t loops, const telemetry::Log& log);
  /// Writes what is still there, for which it takes a second at most.
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  /// Whether this request gets a line.
  bool wants_line();
  /// On the exchange's loop. `route` may be null: no route led anywhere.
  void line(http::Exchange& exchange, const strangler::Route* route,
            const strangler::Outcome& outcome, const AccessLine::Marks& marks);
  /// The same of one that a worker has answered, on any thread.
  void line_of_worker(http::Exchange& exchange, const strangler::Route* route,
                      const strangler::Outcome& outcome, const AccessLine::Marks& marks);
  /// Of a copy, on any thread; without its `now`. Only in JSON, where it can be told from others.
  void line_of_copy(AccessLine line);
  /// Of a request that the engine has refused.
  void line(const http::RefusedRequest& request, const strangler::Outcome& outcome);

  /// Opens the file again by its name, before the next line is written.
  void reopen() { reopen_.store(true, std::memory_order_relaxed); }

  std::uint64_t written() const { return written_.load(std::memory_order_relaxed); }
  /// Buffers were full, or the file could not be written to.
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

  static constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

 private:
  /// Of one loop; the writer looks in now and then, otherwise nobody else does.
  struct alignas(64) Buffer {
    std::mutex mutex;
    std::string text;
    std::uint64_t lines = 0;
    std::string line;  ///< the loop's own, kept for its memory
  };

  Buffer& buffer_of(const http::Loop& loop) { return *buffers_[loop.index() % loops_]; }
  void format(std::string& out, const AccessLine& line) const;
  void add(Buffer& buffer, const AccessLine& line);
  void add_of_worker(const AccessLine& facts);
  void take(Buffer& buffer);
  void run();
  void write_all();
  void write(std::string_view text, std::uint64_t lines);
  void reopen_now();
  /// Of lines that were dropped since the last time, once a minute at most.
  void tell_of_dropped();

  strangler::AccessLogPlan plan_;
  const telemetry::Log& log_;
  std::unique_ptr<telemetry::LineOutput> output_;
  std::uint64_t every_hundredths_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::size_t loops_;
  std::vector<std::unique_ptr<Buffer>> buffers_;  ///< of the loops, and one of all workers
  std::atomic<bool> reopen_{false};
  // Of the writer's thread alone.
  std::uint64_t dropped_and_told_ = 0;
  std::optional<std::chrono::steady_clock::time_point> told_at_;
  bool told_of_file_ = false;

  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace banyan::serving
