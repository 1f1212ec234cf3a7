// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "banyan/posix/descriptor.hpp"

namespace banyan::host {

/// Which processes of this user have an application's database open: a shared lock (flock) on a
/// file of the run folder, until destruction. Two applications on one database are possible and
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
  std::filesystem::path file_;
  posix::Descriptor descriptor_;
  bool found_another_ = false;
};

}  // namespace banyan::host
