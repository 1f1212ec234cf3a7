// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace banyan::sql {

/// Tells the file that was at a path when this was made from whatever is there later. Asks by
/// statx() alone: to open a database's file beside SQLite takes this process's locks on it along
/// (see sqlite's kept_descriptor()). Holds for as long as somebody has the file open, since until
/// then its number is nobody else's. Safe for concurrent use.
class FileAtPath {
 public:
  explicit FileAtPath(std::filesystem::path path);

  enum class Found : std::uint8_t { Itself, Another, Nothing };
  /// Itself also when nobody can say.
  Found look() const;

 private:
  struct Identity {
    std::uint32_t device_major, device_minor;
    std::uint64_t number;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  /// Nothing, and errno, when there is no answer.
  std::optional<Identity> identity() const;

  const std::filesystem::path path_;
  const std::optional<Identity> was_;
};

}  // namespace banyan::sql
