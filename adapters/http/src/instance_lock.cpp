// SPDX-License-Identifier: Apache-2.0
#include "http/instance_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace banyan::http {

InstanceLock::InstanceLock(std::filesystem::path file) : file_(std::move(file)) {
  descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw std::system_error(errno, std::generic_category(),
                            "cannot open the lock file " + file_.string() +
                                "; see that its folder exists and may be written to");
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> holder{};
    const ssize_t size = ::pread(descriptor_, holder.data(), holder.size() - 1, 0);
    ::close(std::exchange(descriptor_, -1));
    throw std::runtime_error("another instance is running" +
                             (size > 0 ? " (process " + std::string(holder.data()) + ")" : "") +
                             " and holds " + file_.string() +
                             "; stop it first, or give this one another address and data file");
  }
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // The lock holds without the number; only the message of a second instance lacks it.
  }
}

InstanceLock::~InstanceLock() {
  // The file stays: to unlink it would let two others lock two files of the same name.
  if (descriptor_ >= 0) ::close(descriptor_);
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

InstanceLock& InstanceLock::operator=(InstanceLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

InstanceLock InstanceLock::for_endpoint(const Endpoint& endpoint) {
  if (endpoint.port == 0) return InstanceLock();
  std::string name = "banyan-" + to_string(endpoint) + ".lock";
  for (char& c : name) {
    if (c == '/' || c == ':' || c == '[' || c == ']') c = '_';
  }
  return InstanceLock(std::filesystem::temp_directory_path() / name);
}

}  // namespace banyan::http
