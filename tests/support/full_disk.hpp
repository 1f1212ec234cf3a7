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

/// While it lives, database files (and their journals) whose names hold a text are opened on a disk
/// that can be filled. One at a time.
class FullDisk {
 public:
  explicit FullDisk(std::string name) {
    state().name = std::move(name);
    state().base = sqlite3_vfs_find(nullptr);
    vfs_ = *state().base;
    vfs_.zName = "full_disk";
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FullDisk() {
    make_room();
    sqlite3_vfs_unregister(&vfs_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  void fill() { state().full = true; }
  void make_room() { state().full = false; }

 private:
  struct Methods {
    sqlite3_io_methods changed;  // first: what a file points to
    const sqlite3_io_methods* base;
  };
  struct State {
    sqlite3_vfs* base = nullptr;
    std::string name;
    std::atomic<bool> full = false;
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
    methods.changed.xWrite = write;
    file->pMethods = &methods.changed;
    return code;
  }

  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (state().full) return SQLITE_FULL;
    return reinterpret_cast<const Methods*>(file->pMethods)->base->xWrite(file, bytes, size, at);
  }

  sqlite3_vfs vfs_{};
};

}  // namespace banyan::test
