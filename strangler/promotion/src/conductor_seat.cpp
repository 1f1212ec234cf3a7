// SPDX-License-Identifier: Apache-2.0
#include "conductor_seat.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace banyan::strangler {
namespace {

std::unexpected<Error> no_seat(const std::string& file, int error) {
  return fail(ErrorCode::Unavailable, "banyan.no_conductor_seat",
              "this process takes no plan forward, for it cannot lock " + file + ": " +
                  std::generic_category().message(error) +
                  ". Let it read that file, or create it where there is none");
}

/// To read is enough for the lock, and all that one may with a file that another user has made.
posix::Descriptor open_or_make(const char* file) {
  posix::Descriptor descriptor(::open(file, O_RDONLY | O_CLOEXEC));
  if (descriptor.valid() || errno != ENOENT) return descriptor;
  return posix::Descriptor(::open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0644));
}

}  // namespace

Result<bool> ConductorSeat::take() {
  if (descriptor_.valid()) return true;
  posix::Descriptor descriptor = open_or_make(file_.c_str());
  if (!descriptor.valid()) return no_seat(file_, errno);
  if (::flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return false;
    return no_seat(file_, errno);
  }
  descriptor_ = std::move(descriptor);
  return true;
}

}  // namespace banyan::strangler
