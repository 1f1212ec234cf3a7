// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

namespace banyan::test {

/// How a body on a small disk has ended.
enum class OnASmallDisk : std::uint8_t { Passed, Failed, NotAllowed };

/// Mounts of one's own: as root, or as one in a user namespace. Of a process with one thread.
inline bool have_own_mounts() {
  const auto user = ::getuid();
  const auto group = ::getgid();
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
  }
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// Runs `body` in a process of its own that has a file system of this size, a real one, at
/// `folder`. NotAllowed where the system lets nobody mount one; then skip the test.
inline OnASmallDisk on_a_small_disk(const std::filesystem::path& folder, const std::string& size,
                                    const std::function<void()>& body) {
  constexpr int kNotAllowed = 77;
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string options = "size=" + size;
    if (!have_own_mounts() || ::mount("small", folder.c_str(), "tmpfs", 0, options.c_str()) != 0) {
      ::_exit(kNotAllowed);
    }
    body();
    std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
    return OnASmallDisk::Failed;
  }
  if (WEXITSTATUS(status) == kNotAllowed) return OnASmallDisk::NotAllowed;
  return WEXITSTATUS(status) == 0 ? OnASmallDisk::Passed : OnASmallDisk::Failed;
}

/// Until not one byte more goes on the disk of this file, which is made for it.
inline void fill_disk(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string block(4096, 'x');
  while (::write(descriptor, block.data(), block.size()) > 0) {
  }
  while (::write(descriptor, block.data(), 1) > 0) {
  }
  ::close(descriptor);
}

}  // namespace banyan::test
