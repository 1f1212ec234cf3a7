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
#include <system_error>

#include "banyan/posix/descriptor.hpp"
#include "banyan/posix/write_all.hpp"

namespace banyan::cli::init {
namespace {

std::unexpected<Error> cannot_write(const std::filesystem::path& file) {
  return fail(ErrorCode::Unavailable, "banyan.cannot_write",
              "nothing was written: " + file.string() + ": " + std::strerror(errno) +
                  ". Name a folder that is there and that you may write to, with room in it");
}

/// Onto the disk. False: errno says why.
bool write_through(const posix::Descriptor& descriptor, std::string_view text) {
  const std::error_code error = posix::write_all(descriptor, text);
  if (!error) return ::fsync(descriptor.number()) == 0;
  errno = error.value();
  return false;
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
                       write_through(descriptor, text) &&
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
