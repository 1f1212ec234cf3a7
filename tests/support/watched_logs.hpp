// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>

#include "banyan/sqlite/file_lock.hpp"
#include "support/changed_files.hpp"

namespace banyan::test {

/// While it lives, it is seen when SQLite writes a write-ahead log, and when it brings pages of one
/// into its database: of the connections that are opened meanwhile, which are to be closed before.
/// Each time it asks whether anybody holds the lock of the database's writers. One at a time.
class WatchedLogs : public ChangedFiles<WatchedLogs> {
 public:
  WatchedLogs() : ChangedFiles("watched_logs") { forget(); }

  /// What was seen until now does not count.
  void forget() {
    const std::lock_guard lock(mutex_);
    seen_so_far() = {};
  }

  struct Seen {
    std::size_t writes = 0;
    std::size_t checkpoints = 0;
    std::set<std::string> without_lock{};  ///< what was done while nobody had it
  };
  Seen seen() const {
    const std::lock_guard lock(mutex_);
    return seen_so_far();
  }

  static bool change(sqlite3_io_methods& methods, const std::string& /*name*/, int flags) {
    const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    if (is_log) {
      methods.xWrite = write;
    } else {
      methods.xFileControl = control;
    }
    return is_log || (flags & SQLITE_OPEN_MAIN_DB) != 0;
  }

 private:
  static void note(const std::string& database, std::size_t Seen::* what, const char* name) {
    const bool locked = sqlite::FileLock::is_held(sqlite::writer_lock_of(database));
    const std::lock_guard lock(mutex_);
    ++(seen_so_far().*what);
    if (!locked) seen_so_far().without_lock.insert(name + database);
  }

  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    const std::string& log = changed(file).name;
    note(log.substr(0, log.rfind("-wal")), &Seen::writes, "the log is written of ");
    return changed(file).base->xWrite(file, bytes, size, at);
  }

  static int control(sqlite3_file* file, int operation, void* argument) {
    if (operation == SQLITE_FCNTL_CKPT_START) {
      note(changed(file).name, &Seen::checkpoints, "the log is brought into ");
    }
    return changed(file).base->xFileControl(file, operation, argument);
  }

  static Seen& seen_so_far() {
    static Seen seen;
    return seen;
  }

  static inline std::mutex mutex_;
};

}  // namespace banyan::test
