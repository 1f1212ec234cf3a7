// SPDX-License-Identifier: Apache-2.0
#include "sqlite/file_owner.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "sqlite/fault.hpp"

namespace banyan::sqlite {
namespace {

constexpr mode_t kReadAndWrite = 0666;

[[noreturn]] void refuse(const std::string& what, int error, const std::string& next = {}) {
  throw Fault(FaultKind::CannotOpen, what + ": " + std::generic_category().message(error) + next);
}

// Who is not root may still leave a file that the model's owner can use: by the group, or by all.
bool take_over(int descriptor, const struct stat& model) {
  const mode_t mode = model.st_mode & kReadAndWrite;
  struct stat made{};
  if (::fstat(descriptor, &made) != 0) return false;
  const bool same_owner = made.st_uid == model.st_uid && made.st_gid == model.st_gid;
  if (!same_owner && ::fchown(descriptor, model.st_uid, model.st_gid) != 0) {
    const bool same_group =
        made.st_gid == model.st_gid || ::fchown(descriptor, uid_t(-1), model.st_gid) == 0;
    const bool open_to_owner = (same_group && (mode & 0060) == 0060) || (mode & 0006) == 0006;
    if (made.st_uid != model.st_uid && !open_to_owner) {
      errno = EPERM;
      return false;
    }
  }
  return ::fchmod(descriptor, mode) == 0;
}

}  // namespace

int open_like(const std::filesystem::path& file, const std::filesystem::path& model) {
  struct stat wanted{};
  const bool has_model = !model.empty() && ::stat(model.c_str(), &wanted) == 0;
  // Only who made it changes its owner; O_EXCL follows no link that somebody laid.
  const mode_t mode = has_model ? wanted.st_mode & kReadAndWrite : kReadAndWrite;
  int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0 && errno == EEXIST) {
    descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode);
    if (descriptor < 0) refuse("cannot open '" + file.string() + "'", errno);
    return descriptor;
  }
  if (descriptor < 0) refuse("cannot make '" + file.string() + "'", errno);
  if (has_model && !take_over(descriptor, wanted)) {
    const int error = errno;
    ::close(descriptor);
    ::unlink(file.c_str());
    refuse("cannot give '" + file.string() + "' to the owner of '" + model.string() + "'", error,
           "; run this as that user, or as root");
  }
  return descriptor;
}

void make_like(const std::filesystem::path& file, const std::filesystem::path& model) {
  ::close(open_like(file, model));
}

}  // namespace banyan::sqlite
