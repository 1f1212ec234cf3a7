// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_identity.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace banyan::sqlite {

std::optional<FileIdentity> identity_of(const std::filesystem::path& file, Birth birth) {
  // When it was changed is not asked for: that would make its next change dearer.
  const unsigned wanted = STATX_INO | (birth == Birth::Asked ? STATX_BTIME : 0U);
  struct statx found{};
  if (::statx(AT_FDCWD, file.c_str(), AT_STATX_DONT_SYNC, wanted, &found) == 0) {
    const bool knows_birth = (found.stx_mask & STATX_BTIME) != 0;
    return FileIdentity{found.stx_dev_major, found.stx_dev_minor, found.stx_ino,
                        knows_birth ? found.stx_btime.tv_sec * 1'000'000'000 +
                                          static_cast<std::int64_t>(found.stx_btime.tv_nsec)
                                    : 0};
  }
  // Of containers whose filter of system calls is older than statx().
  struct stat plain{};
  if (errno != EPERM || ::stat(file.c_str(), &plain) != 0) return std::nullopt;
  return FileIdentity{::gnu_dev_major(plain.st_dev), ::gnu_dev_minor(plain.st_dev), plain.st_ino,
                      0};
}

}  // namespace banyan::sqlite
