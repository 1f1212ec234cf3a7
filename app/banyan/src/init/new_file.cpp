// SPDX-License-Identifier: Apache-2.0
#include "init/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "banyan/posix/descriptor.hpp"

namespace banyan::cli::init {
namespace {

std::unexpected<Error> cannot_write(const std::filesystem::path& file) {
  return fail(ErrorCode::Unavailable, "banyan.cannot_write",
              "nothing was written: " + file.string() + ": " + std::strerror(errno) +
                  ". Name a folder that is there and that you may write to, with room in it");
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0;
}

/// rename(), but for what is there; by a second name where the file system knows no such rename.
bool put_where_nothing_is(const char* beside, const char* file) {
  if (::renameat2(AT_FDCWD, beside, AT_FDCWD, file, RENAME_NOREPLACE) == 0) return true;
  return errno == EINVAL && ::link(beside, file) == 0 && ::unlink(beside) == 0;
}

}  // namespace

Result<void> write_new_file(const std::filesystem::path& file, const std::string& text,
                            bool replace) {
  std::string beside = file.string() + ".XXXXXX";
  const posix::Descriptor descriptor(::mkostemp(beside.data(), O_CLOEXEC));
  if (!descriptor.valid()) return cannot_write(file);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const bool written = ::fchmod(descriptor.number(), 0666 & ~mask) == 0 &&
                       write_all(descriptor.number(), text) &&
                       (replace ? ::rename(beside.c_str(), file.c_str()) == 0
                                : put_where_nothing_is(beside.c_str(), file.c_str()));
  if (written) return {};
  const int error = errno;
  ::unlink(beside.c_str());
  if (error == EEXIST) {
    return fail(ErrorCode::AlreadyExists, "banyan.exists",
                file.string() +
                    " is there already, and stays as it is. Name another with -o FILE, or write "
                    "over it with --force");
  }
  errno = error;
  return cannot_write(file);
}

}  // namespace banyan::cli::init
