// SPDX-License-Identifier: Apache-2.0
#include "file_at_path.hpp"

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

sqlite::FileIdentity identity_at(const std::filesystem::path& path) {
  if (const auto found = sqlite::identity_of(path, sqlite::Birth::Asked)) return *found;
  throw Fault(FaultKind::Storage,
              "'" + path.string() + "' was opened, and cannot be looked at: " +
                  std::generic_category().message(errno) +
                  ". Whether it is replaced later could not be told. Start again.");
}

}  // namespace

FileAtPath::FileAtPath(std::filesystem::path path)
    : path_(std::move(path)), was_(identity_at(path_)) {}

FileAtPath::Found FileAtPath::look() const {
  if (const auto now = sqlite::identity_of(path_, sqlite::Birth::NotAsked)) {
    return now->is_same_while_open(was_) ? Found::Itself : Found::Another;
  }
  return errno == ENOENT || errno == ENOTDIR ? Found::Nothing : Found::Itself;
}

}  // namespace banyan::sql
