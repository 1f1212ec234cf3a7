// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "banyan/posix/descriptor.hpp"

namespace banyan::host {

/// "var/shop.db" -> "var/shop.db.users", beside the file itself where that is a link to it.
std::filesystem::path users_file_of(const std::filesystem::path& database);

/// Which processes have an application's database open: a shared lock (flock) on a file beside it,
/// with its owner and mode, until destruction. So processes of several users, and in several
/// containers with one volume, see each other. Where no such file can be opened it is one of the
/// run folder, by which only this user's do. Two applications on one database are possible and
/// seldom meant, so that it is told and not refused.
class DatabaseUsers {
 public:
  /// When it cannot be found out, nobody else is there.
  explicit DatabaseUsers(const std::filesystem::path& database);
  ~DatabaseUsers();
  DatabaseUsers(const DatabaseUsers&) = delete;
  DatabaseUsers& operator=(const DatabaseUsers&) = delete;

  /// Another process had it when this one came.
  bool found_another() const { return found_another_; }

 private:
  void open_in_run_folder(const std::filesystem::path& database);
  void share();

  std::filesystem::path in_run_folder_;  ///< "": it is beside the database
  posix::Descriptor descriptor_;
  bool found_another_ = false;
};

}  // namespace banyan::host
