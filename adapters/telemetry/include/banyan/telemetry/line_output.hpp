// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "banyan/posix/descriptor.hpp"

namespace banyan::telemetry {

/// A file, pipe, socket or terminal that lines go to. Whether anybody reads them at the other end
/// is never the writer's problem: what finds no room in time, or no reader, is left over.
///
/// One thread at a time, but for hurry(). Writing to a pipe without a reader raises SIGPIPE: ignore
/// it in the program, or block it on the thread.
class LineOutput {
 public:
  /// Appends to the file (or named pipe), which is made when it is not there. Throws
  /// std::system_error when it cannot be opened.
  explicit LineOutput(std::string file, mode_t mode = 0644);
  /// One of the process's own: STDOUT_FILENO, STDERR_FILENO. How it is open for others who have it
  /// (a shell) stays as it is.
  explicit LineOutput(int descriptor);

  /// Whole lines. Waits for room no longer than `patience` at a time, or, without one, until
  /// hurry(). Returns what was not written: "" or the rest. Its first line may have been cut in the
  /// middle; the next write() ends that line first.
  std::string_view write(std::string_view lines,
                         std::optional<std::chrono::milliseconds> patience = std::nullopt);

  /// From `end` on nothing is waited for, by a write() that is under way neither. Any thread.
  void hurry(std::chrono::steady_clock::time_point end) noexcept { end_ = end; }

  /// Whether the file's name leads to another file now, or to none.
  bool moved_away() const;
  /// Opens the file again by its name; when that fails, says why, and what is open is written on.
  std::error_code reopen();

 private:
  enum class Kind : std::uint8_t {
    Direct,  ///< a disk, or open in such a way that it never blocks
    Socket,
    Polled,  ///< may block, so that one looks before
  };
  int number() const noexcept { return own_.valid() ? own_.number() : given_; }
  ssize_t write_some(std::string_view text) const;
  bool await_room(std::optional<std::chrono::milliseconds> patience) const;
  std::string_view write_all(std::string_view text,
                             std::optional<std::chrono::milliseconds> patience);

  std::string file_;  ///< "": one of the process's own
  mode_t mode_ = 0;
  Kind kind_ = Kind::Direct;
  int given_ = -1;         ///< the process's own, which stays open
  posix::Descriptor own_;  ///< what is written to, where it is valid
  bool line_begun_ = false;
  std::atomic<std::chrono::steady_clock::time_point> end_ =
      std::chrono::steady_clock::time_point::max();
};

}  // namespace banyan::telemetry
