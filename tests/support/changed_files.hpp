// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <map>
#include <mutex>
#include <string>

namespace banyan::test {

/// SQLite's usual file system, while it lives, but for some files that are opened meanwhile: those
/// have methods of `Test`'s, one at a time of each. Test has
///
///     static bool change(sqlite3_io_methods& methods, const std::string& name, int flags)
///
/// which puts them in, and answers false for a file that stays as it is. They pass on what they do
/// not do themselves to changed(file).base.
template <class Test>
class ChangedFiles {
 public:
  ChangedFiles(const ChangedFiles&) = delete;
  ChangedFiles& operator=(const ChangedFiles&) = delete;

 protected:
  struct File {
    sqlite3_io_methods methods;  // first: what a file points to
    const sqlite3_io_methods* base;
    std::string name;  // as SQLite has it: behind all links
  };

  explicit ChangedFiles(const char* vfs) {
    opened().base = sqlite3_vfs_find(nullptr);
    vfs_ = *opened().base;
    vfs_.zName = vfs;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~ChangedFiles() { sqlite3_vfs_unregister(&vfs_); }

  static const File& changed(const sqlite3_file* file) {
    return *reinterpret_cast<const File*>(file->pMethods);
  }

 private:
  /// Outlives it, as files do that are still open.
  struct Opened {
    sqlite3_vfs* base = nullptr;
    std::mutex mutex;
    std::map<const sqlite3_file*, File> files;
  };
  static Opened& opened() {
    static Opened opened;
    return opened;
  }

  static int open(sqlite3_vfs* /*vfs*/, sqlite3_filename name, sqlite3_file* file, int flags,
                  int* out) {
    sqlite3_vfs* const base = opened().base;
    const int code = base->xOpen(base, name, file, flags, out);
    if (code != SQLITE_OK || name == nullptr) return code;
    File entry{*file->pMethods, file->pMethods, name};
    if (!Test::change(entry.methods, entry.name, flags)) return code;
    entry.methods.xClose = close;
    const std::lock_guard lock(opened().mutex);
    File& kept = opened().files.insert_or_assign(file, std::move(entry)).first->second;
    file->pMethods = &kept.methods;
    return code;
  }

  static int close(sqlite3_file* file) {
    const int code = changed(file).base->xClose(file);
    const std::lock_guard lock(opened().mutex);
    opened().files.erase(file);
    return code;
  }

  sqlite3_vfs vfs_{};
};

}  // namespace banyan::test
