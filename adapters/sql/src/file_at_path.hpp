// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "banyan/sqlite/file_identity.hpp"

namespace banyan::sql {

/// Tells the file that was at a path when this was made from whatever is there later, without
/// opening any. Holds for as long as somebody has the file open, since until then its number is
/// nobody else's. Safe for concurrent use.
class FileAtPath {
 public:
  /// Throws Fault{Storage} when it cannot be told what is there.
  explicit FileAtPath(std::filesystem::path path);

  enum class Found : std::uint8_t { Itself, Another, Nothing };
  /// Itself also when nobody can say.
  Found look() const;
  /// The file that was there.
  const sqlite::FileIdentity& was() const { return was_; }

 private:
  const std::filesystem::path path_;
  const sqlite::FileIdentity was_;
};

}  // namespace banyan::sql
