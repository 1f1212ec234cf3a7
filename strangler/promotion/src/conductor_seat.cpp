// SPDX-License-Identifier: Apache-2.0
#include "conductor_seat.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace banyan::strangler {
namespace {

std::unexpected<Error> no_seat(const std::string& file, int error) {
  return fail(ErrorCode::Unavailable, "banyan.no_conductor_seat",
              "this process takes no plan forward, for it cannot lock " + file + ": " +
                  std::generic_category().message(error) +
                  ". Let it read that file, or create it where there is none");
}

/// To read is enough for the lock, and all that one may with a file that another user has made.
int open_or_make(const char* file) {
  const int descriptor = ::open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0 || errno != ENOENT) return descriptor;
  return ::open(file, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
}

}  // namespace

Result<bool> ConductorSeat::take() {
  if (descriptor_ >= 0) return true;
  const int descriptor = open_or_make(file_.c_str());
  if (descriptor < 0) return no_seat(file_, errno);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(descriptor);
    if (error == EWOULDBLOCK) return false;
    return no_seat(file_, error);
  }
  descriptor_ = descriptor;
  return true;
}

void ConductorSeat::leave() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace banyan::strangler
