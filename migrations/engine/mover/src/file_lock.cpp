// SPDX-License-Identifier: Apache-2.0
#include "file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string>
#include <thread>
#include <utility>

namespace banyan::mover {
namespace {

// The writers' queue: a record lock on the same file, which does not meet flock(2). Who wants the
// lock takes the turn first and keeps it until the lock is there, so that nobody starves.
bool change_turn(int descriptor, short type) {
  struct flock turn{};
  turn.l_type = type;
  turn.l_whence = SEEK_SET;
  turn.l_len = 1;
  return ::fcntl(descriptor, F_OFD_SETLK, &turn) == 0;
}

}  // namespace

std::optional<FileLock> FileLock::take(const std::filesystem::path& lock_file,
                                       std::chrono::milliseconds wait) {
  const int descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    throw std::filesystem::filesystem_error("cannot make the lock file", lock_file,
                                            std::error_code(errno, std::generic_category()));
  }
  FileLock lock(descriptor);
  const auto until = std::chrono::steady_clock::now() + wait;
  // Polled, because flock(2) has no time limit.
  bool my_turn = false;
  for (;;) {
    if (!my_turn) my_turn = change_turn(descriptor, F_WRLCK);
    if (my_turn && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0) break;
    if (std::chrono::steady_clock::now() >= until) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
  change_turn(descriptor, F_UNLCK);
  return lock;
}

std::string FileLock::holder(const std::filesystem::path& lock_file) {
  std::ifstream in(lock_file);
  std::string line;
  std::getline(in, line);
  return line;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileLock::sign(const std::string& text) const {
  if (::ftruncate(descriptor_, 0) == 0) {
    [[maybe_unused]] const auto written = ::pwrite(descriptor_, text.data(), text.size(), 0);
  }
}

std::filesystem::path writer_lock_of(const std::filesystem::path& database) {
  return database.string() + ".lock";
}

std::filesystem::path mover_lock_of(const std::filesystem::path& database) {
  return database.string() + ".mover.lock";
}

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) {
    throw std::filesystem::filesystem_error("cannot make the folder durable", folder,
                                            std::error_code(error, std::generic_category()));
  }
}

}  // namespace banyan::mover
