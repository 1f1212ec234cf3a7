// SPDX-License-Identifier: Apache-2.0
#include "file_at_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

namespace banyan::sql {

FileAtPath::FileAtPath(std::filesystem::path path) : path_(std::move(path)), was_(identity()) {}

std::optional<FileAtPath::Identity> FileAtPath::identity() const {
  // Its times are not asked for: that would make the next change of the file dearer.
  struct statx found{};
  if (::statx(AT_FDCWD, path_.c_str(), AT_STATX_DONT_SYNC, STATX_INO, &found) != 0) {
    return std::nullopt;
  }
  return Identity{found.stx_dev_major, found.stx_dev_minor, found.stx_ino};
}

FileAtPath::Found FileAtPath::look() const {
  if (!was_) return Found::Itself;
  if (const auto now = identity()) return *now == *was_ ? Found::Itself : Found::Another;
  return errno == ENOENT || errno == ENOTDIR ? Found::Nothing : Found::Itself;
}

}  // namespace banyan::sql
