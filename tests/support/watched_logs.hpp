// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "banyan/sqlite/file_lock.hpp"

namespace banyan::test {

/// While it lives, it is seen when SQLite writes a write-ahead log, and when it brings pages of one
/// into its database: of the connections that are opened meanwhile, which are to be closed before.
/// Each time it asks whether anybody holds the lock of the database's writers. One at a time.
class WatchedLogs {
 public:
  WatchedLogs() {
    forget();
    state().base = sqlite3_vfs_find(nullptr);
    vfs_ = *state().base;
    vfs_.zName = "watched_logs";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~WatchedLogs() { sqlite3_vfs_unregister(&vfs_); }
  WatchedLogs(const WatchedLogs&) = delete;
  WatchedLogs& operator=(const WatchedLogs&) = delete;

  /// What was seen until now does not count.
  void forget() {
    const std::lock_guard lock(state().mutex);
    state().seen = {};
  }

  struct Seen {
    std::size_t writes = 0;
    std::size_t checkpoints = 0;
    std::set<std::string> without_lock{};  ///< what was done while nobody had it
  };
  Seen seen() const {
    const std::lock_guard lock(state().mutex);
    return state().seen;
  }

 private:
  struct File {
    sqlite3_io_methods changed;  // first: what a file points to
    const sqlite3_io_methods* base;
    std::string database;  // as SQLite names it: behind all links
  };
  struct State {
    sqlite3_vfs* base = nullptr;
    std::mutex mutex;
    std::map<const sqlite3_file*, File> files;
    Seen seen;
  };
  static State& state() {
    static State state;
    return state;
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out) {
    const int code = state().base->xOpen(vfs, name, file, flags, out);
    const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
    if (code != SQLITE_OK || name == nullptr ||
        (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_DB)) == 0)
      return code;
    std::string database = name;
    if (is_log) database.resize(database.rfind("-wal"));
    const std::lock_guard lock(state().mutex);
    File& entry = state().files[file] = File{*file->pMethods, file->pMethods, database};
    entry.changed.xClose = close;
    if (is_log) {
      entry.changed.xWrite = write;
    } else {
      entry.changed.xFileControl = control;
    }
    file->pMethods = &entry.changed;
    return code;
  }

  static const File& watched(const sqlite3_file* file) {
    return *reinterpret_cast<const File*>(file->pMethods);
  }

  static void note(const sqlite3_file* file, std::size_t Seen::* what, const char* name) {
    const std::string& database = watched(file).database;
    const bool locked = sqlite::FileLock::is_held(sqlite::writer_lock_of(database));
    const std::lock_guard lock(state().mutex);
    ++(state().seen.*what);
    if (!locked) state().seen.without_lock.insert(name + database);
  }

  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    note(file, &Seen::writes, "the log is written of ");
    return watched(file).base->xWrite(file, bytes, size, at);
  }

  static int control(sqlite3_file* file, int operation, void* argument) {
    if (operation == SQLITE_FCNTL_CKPT_START) {
      note(file, &Seen::checkpoints, "the log is brought into ");
    }
    return watched(file).base->xFileControl(file, operation, argument);
  }

  static int close(sqlite3_file* file) {
    const int code = watched(file).base->xClose(file);
    const std::lock_guard lock(state().mutex);
    state().files.erase(file);
    return code;
  }

  sqlite3_vfs vfs_{};
};

}  // namespace banyan::test
