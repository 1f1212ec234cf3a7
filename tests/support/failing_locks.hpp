// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "support/changed_files.hpp"

namespace banyan::test {

/// While it lives, database files whose names hold a text are opened where a lock of the index of
/// their log can fail, as on a disk that fails. One at a time.
class FailingLocks : public ChangedFiles<FailingLocks> {
 public:
  explicit FailingLocks(std::string name) : ChangedFiles("failing_locks") {
    name_ = std::move(name);
  }
  ~FailingLocks() { until_ = 0; }

  /// The nth one that is taken from now on fails, and no other.
  void fail(int nth) { until_ = nth; }
  /// Whether it has come to that.
  bool failed() const { return until_ <= 0; }

  static bool change(sqlite3_io_methods& methods, const std::string& name, int /*flags*/) {
    methods.xShmLock = lock_index;
    return name.find(name_) != std::string::npos;
  }

 private:
  static int lock_index(sqlite3_file* file, int offset, int count, int flags) {
    const bool takes = (flags & SQLITE_SHM_LOCK) != 0;
    if (takes && until_ > 0 && --until_ == 0) return SQLITE_IOERR_SHMLOCK;
    return changed(file).base->xShmLock(file, offset, count, flags);
  }

  static inline std::string name_;
  static inline std::atomic<int> until_ = 0;
};

}  // namespace banyan::test
