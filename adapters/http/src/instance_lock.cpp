// SPDX-License-Identifier: Apache-2.0
#include "banyan/http/instance_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "banyan/http/run_folder.hpp"
#include "owner.hpp"

namespace banyan::http {
namespace {

namespace fs = std::filesystem;

// Opens the file and locks it; the descriptor, or -1 when another process holds it.
int opened_and_locked(const fs::path& file, std::string& holder) {
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) {
      throw std::system_error(errno, std::generic_category(),
                              "cannot open the lock file " + file.string() +
                                  if_of_somebody_else(file) +
                                  "; see that its folder exists and may be written to");
    }
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      std::array<char, 32> number{};
      const ssize_t size = ::pread(descriptor, number.data(), number.size() - 1, 0);
      if (size > 0) holder = " (process " + std::string(number.data()) + ")";
      ::close(descriptor);
      return -1;
    }
    struct stat entry{};
    if (::fstat(descriptor, &entry) == 0 && entry.st_nlink > 0) return descriptor;
    // Its last holder has taken it away since it was opened, so its name is free for another.
    ::close(descriptor);
  }
}

}  // namespace

InstanceLock::InstanceLock(fs::path file, std::string_view way_out) : file_(std::move(file)) {
  std::string holder;
  descriptor_ = opened_and_locked(file_, holder);
  if (descriptor_ < 0) {
    throw std::runtime_error("another instance is running" + holder + " and holds " +
                             file_.string() + "; stop it first, or " + std::string(way_out));
  }
  write_id();
}

void InstanceLock::write_id() const {
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // The lock holds without the number; only the message of a second instance lacks it.
  }
}

InstanceLock::~InstanceLock() {
  if (descriptor_ < 0) return;
  // While it is locked: whoever has opened it meanwhile sees then that it has no name any more.
  if (takes_file_away_) ::unlink(file_.c_str());
  ::close(descriptor_);
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      takes_file_away_(other.takes_file_away_) {}

InstanceLock& InstanceLock::operator=(InstanceLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(takes_file_away_, other.takes_file_away_);
  return *this;
}

InstanceLock InstanceLock::for_endpoint(const Endpoint& endpoint, std::string_view way_out) {
  if (endpoint.port == 0) return InstanceLock();
  return InstanceLock(run_file(endpoint, "lock"), way_out);
}

std::optional<InstanceLock> InstanceLock::adopt(fs::path file, Descriptor descriptor) {
  struct stat named{};
  struct stat opened{};
  const bool same = ::stat(file.c_str(), &named) == 0 &&
                    ::fstat(descriptor.number(), &opened) == 0 && named.st_dev == opened.st_dev &&
                    named.st_ino == opened.st_ino;
  // Held already by whoever opened it: then this changes nothing.
  if (!same || ::flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  InstanceLock adopted;
  adopted.file_ = std::move(file);
  adopted.descriptor_ = descriptor.release();
  adopted.takes_file_away_ = false;
  return adopted;
}

Descriptor InstanceLock::duplicate() const {
  if (descriptor_ < 0) return {};
  Descriptor copy(::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot hand over the lock file " + file_.string());
  }
  return copy;
}

// As long as one descriptor of the open file is there, the lock is held: were this one kept, nobody
// could start while this process finishes, should the other end before it.
void InstanceLock::leave_file() {
  takes_file_away_ = false;
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void InstanceLock::own_file() {
  if (descriptor_ < 0) return;
  takes_file_away_ = true;
  write_id();
}

}  // namespace banyan::http
