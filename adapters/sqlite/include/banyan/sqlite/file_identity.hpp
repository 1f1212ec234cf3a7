// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace banyan::sqlite {

/// Which file it is, whatever its name is by now.
struct FileIdentity {
  std::uint32_t device_major = 0, device_minor = 0;
  std::uint64_t number = 0;  ///< somebody else's as soon as nobody has the file any more
  std::int64_t born = 0;     ///< nanoseconds; 0 when it was not asked for, or nobody knows

  bool is_same_while_open(const FileIdentity& other) const {
    return device_major == other.device_major && device_minor == other.device_minor &&
           number == other.number;
  }
  /// Also when it was not open in between. False when nobody can say.
  bool is_same_ever(const FileIdentity& other) const {
    return number == other.number && born != 0 && born == other.born;
  }
};

enum class Birth : std::uint8_t { Asked, NotAsked };

/// What is at that path; nothing, and errno, when there is no answer. Asks without opening it: to
/// open a database's file beside SQLite takes this process's locks on it along (see
/// kept_descriptor()).
std::optional<FileIdentity> identity_of(const std::filesystem::path& file, Birth birth);

}  // namespace banyan::sqlite
