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

// Opens the file and locks it; an invalid descriptor when another process holds it.
posix::Descriptor opened_and_locked(const fs::path& file, std::string& holder) {
  for (;;) {
    posix::Descriptor opened(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!opened.valid()) {
      throw std::system_error(errno, std::generic_category(),
                              "cannot open the lock file " + file.string() +
                                  if_of_somebody_else(file) +
                                  "; see that its folder exists and may be written to");
    }
    if (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
      std::array<char, 32> number{};
      const ssize_t size = ::pread(opened.number(), number.data(), number.size() - 1, 0);
      if (size > 0) holder = " (process " + std::string(number.data()) + ")";
      return {};
    }
    struct stat entry{};
    if (::fstat(opened.number(), &entry) == 0 && entry.st_nlink > 0) return opened;
    // Its last holder has taken it away since it was opened, so its name is free for another.
  }
}

}  // namespace

InstanceLock::InstanceLock(fs::path file, std::string_view way_out) : file_(std::move(file)) {
  std::string holder;
  descriptor_ = opened_and_locked(file_, holder);
  if (!descriptor_.valid()) {
    throw std::runtime_error("another instance is running" + holder + " and holds " +
                             file_.string() + "; stop it first, or " + std::string(way_out));
  }
  write_id();
}

void InstanceLock::write_id() const {
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(descriptor_.number(), 0) != 0 ||
      ::pwrite(descriptor_.number(), pid.data(), pid.size(), 0) !=
          static_cast<ssize_t>(pid.size())) {
    // The lock holds without the number; only the message of a second instance lacks it.
  }
}

InstanceLock::~InstanceLock() {
  // While it is locked: whoever has opened it meanwhile sees then that it has no name any more.
  if (descriptor_.valid() && takes_file_away_) ::unlink(file_.c_str());
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept = default;

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

std::optional<InstanceLock> InstanceLock::adopt(fs::path file, posix::Descriptor descriptor) {
  struct stat named{};
  struct stat opened{};
  const bool same = ::stat(file.c_str(), &named) == 0 &&
                    ::fstat(descriptor.number(), &opened) == 0 && named.st_dev == opened.st_dev &&
                    named.st_ino == opened.st_ino;
  // Held already by whoever opened it: then this changes nothing.
  if (!same || ::flock(descriptor.number(), LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  InstanceLock adopted;
  adopted.file_ = std::move(file);
  adopted.descriptor_ = std::move(descriptor);
  adopted.takes_file_away_ = false;
  return adopted;
}

posix::Descriptor InstanceLock::duplicate() const {
  if (!descriptor_.valid()) return {};
  posix::Descriptor copy(::fcntl(descriptor_.number(), F_DUPFD_CLOEXEC, 0));
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
  descriptor_.close();
}

void InstanceLock::own_file() {
  if (!descriptor_.valid()) return;
  takes_file_away_ = true;
  write_id();
}

}  // namespace banyan::http
