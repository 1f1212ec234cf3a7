// SPDX-License-Identifier: Apache-2.0
#include "conductor_seat.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace banyan::strangler {

bool ConductorSeat::take() {
  if (descriptor_ >= 0) return true;
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return false;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return false;
  }
  descriptor_ = descriptor;
  return true;
}

void ConductorSeat::leave() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace banyan::strangler
