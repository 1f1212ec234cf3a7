// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "support/changed_files.hpp"

namespace banyan::test {

/// While it lives, the file whose name ends so is opened on a disk that can be broken: nothing is
/// written to it then. Its journals are others. One at a time.
class BrokenDisk : public ChangedFiles<BrokenDisk> {
 public:
  explicit BrokenDisk(std::string end) : ChangedFiles("broken_disk") { end_ = std::move(end); }
  ~BrokenDisk() { mend(); }

  void fail() { broken_ = true; }
  void mend() { broken_ = false; }

  static bool change(sqlite3_io_methods& methods, const std::string& name, int /*flags*/) {
    methods.xWrite = write;
    return name.ends_with(end_);
  }

 private:
  static int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 at) {
    if (broken_) return SQLITE_IOERR_WRITE;
    return changed(file).base->xWrite(file, bytes, size, at);
  }

  static inline std::string end_;
  static inline std::atomic<bool> broken_ = false;
};

}  // namespace banyan::test
