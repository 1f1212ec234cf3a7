// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "support/changed_files.hpp"

namespace banyan::test {

/// While it lives, database files (and their journals) whose names hold a text are opened on a disk
/// that can be filled. One at a time.
class FullDisk : public ChangedFiles<FullDisk> {
 public:
  explicit FullDisk(std::string name) : ChangedFiles("full_disk") { name_ = std::move(name); }
  ~FullDisk() { make_room(); }

  void fill() { full_ = true; }
  void make_room() { full_ = false; }

  static bool change(sqlite3_io_methods& methods, const std::string& name, int /*flags*/) {
    methods.xWrite = write;
    return name.find(name_) != std::string::npos;
  }

 private:
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (full_) return SQLITE_FULL;
    return changed(file).base->xWrite(file, bytes, size, at);
  }

  static inline std::string name_;
  static inline std::atomic<bool> full_ = false;
};

}  // namespace banyan::test
