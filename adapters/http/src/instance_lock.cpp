// SPDX-License-Identifier: Apache-2.0
#include "http/instance_lock.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace banyan::http {
namespace {

namespace fs = std::filesystem;

std::string user(uid_t id) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : "user " + std::to_string(id);
}

// " (it belongs to alice)" when it is there and not ours.
std::string if_of_somebody_else(const fs::path& path) {
  struct stat entry{};
  if (::lstat(path.c_str(), &entry) != 0 || entry.st_uid == ::geteuid()) return {};
  return " (it belongs to " + user(entry.st_uid) + ")";
}

// A folder, no link to one, in which nobody else can make or take away files.
bool is_ours_alone(const fs::path& folder) {
  struct stat entry{};
  return ::lstat(folder.c_str(), &entry) == 0 && S_ISDIR(entry.st_mode) &&
         entry.st_uid == ::geteuid() && (entry.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

fs::path folder_of_this_user() {
  // After `su` it may still be the other user's.
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && is_ours_alone(runtime)) return runtime;
  fs::path folder = fs::temp_directory_path() / ("banyan-" + std::to_string(::geteuid()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    throw std::system_error(
        errno, std::generic_category(),
        "cannot make the folder " + folder.string() +
            " for the lock file; see that the folder above it may be written to");
  }
  if (!is_ours_alone(folder)) {
    throw std::runtime_error(
        folder.string() + if_of_somebody_else(folder) + " is no folder that only " +
        user(::geteuid()) +
        " may write to, as the one of the lock file must be; remove it, or name another folder for"
        " temporary files in TMPDIR");
  }
  return folder;
}

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
  const std::string pid = std::to_string(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // The lock holds without the number; only the message of a second instance lacks it.
  }
}

InstanceLock::~InstanceLock() {
  if (descriptor_ < 0) return;
  // While it is locked: whoever has opened it meanwhile sees then that it has no name any more.
  ::unlink(file_.c_str());
  ::close(descriptor_);
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

InstanceLock& InstanceLock::operator=(InstanceLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

InstanceLock InstanceLock::for_endpoint(const Endpoint& endpoint, std::string_view way_out) {
  if (endpoint.port == 0) return InstanceLock();
  std::string name = "banyan-" + to_string(endpoint) + ".lock";
  for (char& c : name) {
    if (c == '/' || c == ':' || c == '[' || c == ']') c = '_';
  }
  return InstanceLock(folder_of_this_user() / name, way_out);
}

}  // namespace banyan::http
