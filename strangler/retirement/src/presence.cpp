// SPDX-License-Identifier: Apache-2.0
#include "presence.hpp"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

namespace banyan::retirement {
namespace {

struct flock place_at(std::int64_t place) {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = place;
  lock.l_len = 1;
  return lock;
}

std::system_error failed(int error, const std::string& what) {
  return {error, std::generic_category(), what};
}

}  // namespace

Presence::Presence(const std::string& file, std::int64_t place)
    : descriptor_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (!descriptor_.valid()) throw failed(errno, file);
  // Of the open file, not of the process: two books of one process are two.
  struct flock lock = place_at(place);
  if (::fcntl(descriptor_.number(), F_OFD_SETLK, &lock) != 0) throw failed(errno, file);
}

bool Presence::is_taken(std::int64_t place) const {
  struct flock lock = place_at(place);
  if (::fcntl(descriptor_.number(), F_OFD_GETLK, &lock) != 0) throw failed(errno, "F_OFD_GETLK");
  return lock.l_type != F_UNLCK;
}

}  // namespace banyan::retirement
