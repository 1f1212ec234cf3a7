// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_owner.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "banyan/sqlite/fault.hpp"
#include "take_over.hpp"

namespace banyan::sqlite {
namespace {

constexpr mode_t kReadAndWrite = 0666;

[[noreturn]] void refuse(const std::string& what, int error, const std::string& next = {}) {
  throw Fault(FaultKind::CannotOpen, what + ": " + std::generic_category().message(error) + next);
}

// Can the model's owner read and write a file of this owner, group and mode?
bool serves_owner(const struct stat& model, uid_t owner, gid_t group, mode_t mode) {
  if (owner == model.st_uid) return (mode & 0600) == 0600;
  if (group == model.st_gid) return (mode & 0060) == 0060;
  return (mode & 0006) == 0006;
}

bool is_member_of(gid_t group) {
  if (::getegid() == group) return true;
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(0, count)));
  return std::ranges::find(groups, group) != groups.end();
}

}  // namespace

bool take_over(int descriptor, const struct stat& model) {
  const mode_t mode = model.st_mode & kReadAndWrite;
  struct stat made{};
  if (::fstat(descriptor, &made) != 0) return false;
  const bool same = made.st_uid == model.st_uid && made.st_gid == model.st_gid;
  if (!same && ::fchown(descriptor, model.st_uid, model.st_gid) != 0) {
    const bool same_group =
        made.st_gid == model.st_gid || ::fchown(descriptor, uid_t(-1), model.st_gid) == 0;
    const gid_t group = same_group ? model.st_gid : made.st_gid;
    if (!serves_owner(model, made.st_uid, group, mode)) {
      errno = EPERM;
      return false;
    }
  }
  return ::fchmod(descriptor, mode) == 0;
}

namespace {

/// The new file; nothing when there is one already, which is not opened.
std::optional<posix::Descriptor> make_new_like(const std::filesystem::path& file,
                                               const std::filesystem::path& model) {
  struct stat wanted{};
  const bool has_model = !model.empty() && ::stat(model.c_str(), &wanted) == 0;
  // Only who made it changes its owner; O_EXCL follows no link that somebody laid.
  const mode_t mode = has_model ? wanted.st_mode & kReadAndWrite : kReadAndWrite;
  posix::Descriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!made.valid() && errno == EEXIST) return std::nullopt;
  if (!made.valid()) refuse("cannot make '" + file.string() + "'", errno);
  if (has_model && !take_over(made.number(), wanted)) {
    const int error = errno;
    made.close();
    ::unlink(file.c_str());
    refuse("cannot give '" + file.string() + "' to the owner of '" + model.string() + "'", error,
           "; run this as that user, or as root");
  }
  return made;
}

}  // namespace

posix::Descriptor open_like(const std::filesystem::path& file, const std::filesystem::path& model) {
  // One that is there may be removed before it is opened, and is made again then. A link to nothing
  // is always there, and never opened.
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    if (auto made = make_new_like(file, model)) return std::move(*made);
    posix::Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    if (opened.valid()) return opened;
    if (errno != ENOENT || tries == kTries) refuse("cannot open '" + file.string() + "'", errno);
  }
}

// One that is there may be open in SQLite here, and must not be closed; see kept_descriptor().
void make_like(const std::filesystem::path& file, const std::filesystem::path& model) {
  make_new_like(file, model);
}

std::optional<std::string> why_not_like(const std::filesystem::path& file,
                                        const std::filesystem::path& model) {
  struct stat wanted{};
  if (::stat(model.c_str(), &wanted) != 0) return std::nullopt;
  const std::string user = std::to_string(wanted.st_uid) + ":" + std::to_string(wanted.st_gid);
  struct stat found{};
  if (::stat(file.c_str(), &found) == 0) {
    const bool opens_up = (found.st_mode & kReadAndWrite & ~wanted.st_mode) != 0;
    if (serves_owner(wanted, found.st_uid, found.st_gid, found.st_mode) && !opens_up) return {};
    return "it does not belong to the owner of '" + model.string() +
           "', or lets others in whom that does not; run `chown --reference='" + model.string() +
           "' '" + file.string() + "'` and `chmod` likewise, or remove it if nobody uses it";
  }
  if (::geteuid() == 0 || ::geteuid() == wanted.st_uid) return std::nullopt;
  const gid_t group = is_member_of(wanted.st_gid) ? wanted.st_gid : ::getegid();
  if (serves_owner(wanted, ::geteuid(), group, wanted.st_mode)) return std::nullopt;
  return "this user cannot make it for the owner of '" + model.string() + "' (" + user +
         "); run this as that user, or as root";
}

}  // namespace banyan::sqlite
