// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>

namespace banyan::sql {

/// The lock between processes on writing to one database file: `flock` on "<file>.lock". The
/// writer holds it during each group commit, the migration runner during each script, the mover
/// during a switch. Whoever waits holds the turn, so that a busy writer cannot come back in front
/// of it. The kernel lets go when a process dies. For one thread at a time.
class WriterLock {
 public:
  /// Creates the lock file when it is missing. Throws Fault{Storage}.
  explicit WriterLock(const std::filesystem::path& database_file);
  /// Lets go.
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  /// Waits until the lock is there, or `give_up` (asked every half millisecond) answers true;
  /// false is then the answer. Not reentrant.
  [[nodiscard]] bool acquire(const std::function<bool()>& give_up);
  void release() noexcept;

 private:
  bool try_acquire() noexcept;

  int file_ = -1;
  bool held_ = false;
};

}  // namespace banyan::sql
