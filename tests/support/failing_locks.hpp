// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace banyan::test {

/// While it lives, database files whose names hold a text are opened where a lock of the index of
/// their log can fail, as on a disk that fails. One at a time.
class FailingLocks {
 public:
  explicit FailingLocks(std::string name) {
    state().name = std::move(name);
    state().base = sqlite3_vfs_find(nullptr);
    vfs_ = *state().base;
    vfs_.zName = "failing_locks";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingLocks() {
    state().until = 0;
    sqlite3_vfs_unregister(&vfs_);
  }
  FailingLocks(const FailingLocks&) = delete;
  FailingLocks& operator=(const FailingLocks&) = delete;

  /// The nth one that is taken from now on fails, and no other.
  void fail(int nth) { state().until = nth; }
  /// Whether it has come to that.
  bool failed() const { return state().until <= 0; }

 private:
  struct Methods {
    sqlite3_io_methods changed;  // first: what a file points to
    const sqlite3_io_methods* base;
  };
  struct State {
    sqlite3_vfs* base = nullptr;
    std::string name;
    std::atomic<int> until = 0;
    std::mutex mutex;
    std::map<const sqlite3_io_methods*, Methods> methods;
  };
  static State& state() {
    static State state;
    return state;
  }

  static int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out) {
    const int code = state().base->xOpen(vfs, name, file, flags, out);
    if (code != SQLITE_OK || name == nullptr ||
        std::string_view(name).find(state().name) == std::string_view::npos) {
      return code;
    }
    const std::lock_guard lock(state().mutex);
    const sqlite3_io_methods* const base = file->pMethods;
    Methods& methods = state().methods.try_emplace(base, Methods{*base, base}).first->second;
    methods.changed.xShmLock = lock_index;
    file->pMethods = &methods.changed;
    return code;
  }

  static int lock_index(sqlite3_file* file, int offset, int count, int flags) {
    const bool takes = (flags & SQLITE_SHM_LOCK) != 0;
    if (takes && state().until > 0 && --state().until == 0) return SQLITE_IOERR_SHMLOCK;
    return reinterpret_cast<const Methods*>(file->pMethods)
        ->base->xShmLock(file, offset, count, flags);
  }

  sqlite3_vfs vfs_{};
};

}  // namespace banyan::test
