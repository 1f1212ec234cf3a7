// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "banyan/posix/descriptor.hpp"

namespace banyan::sqlite {

/// An exclusive flock(2) on a file made for it, with a queue: who waits holds the turn, a record
/// lock on the file's first byte, which does not meet flock(2), so that nobody starves. Released
/// when this ends, however the process ends. Programs of other versions take part as long as
/// they do the same on the same file. For one thread at a time.
class FileLock {
 public:
  /// Opens the lock file, or makes it with owner and mode of `database`; locks nothing. Throws
  /// Fault (CannotOpen).
  FileLock(const std::filesystem::path& lock_file, const std::filesystem::path& database);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

  /// Waits until `wait` is over; nothing when somebody else still holds it then.
  static std::optional<FileLock> take(const std::filesystem::path& lock_file,
                                      const std::filesystem::path& database,
                                      std::chrono::milliseconds wait);

  bool try_acquire() noexcept;
  /// Tries at least once, and until `give_up` says so. False: given up.
  bool acquire(const std::function<bool()>& give_up);
  bool acquire(std::chrono::milliseconds wait);
  void release() noexcept;
  bool is_held() const noexcept { return held_; }

  /// Says for messages who holds it; to be called while it is held.
  void sign(const std::string& text) const;
  /// Lets the file be of now, so that others see that who holds it is at work. False: that could
  /// not be done.
  bool touch() const noexcept;
  /// What the holder, or the one before, signed.
  static std::string holder(const std::filesystem::path& lock_file);
  /// Whether somebody holds it now. Asks with a shared lock, so that several who ask at once do not
  /// take each other for a holder. False when there is no such file.
  static bool is_held(const std::filesystem::path& lock_file) noexcept;
  /// Whether that process holds a lock on a file of this number, as the kernel lists them; takes
  /// nothing. False of a process in another container, whose number is another one here.
  static bool is_held_by(const std::filesystem::path& lock_file, pid_t process);

 private:
  posix::Descriptor descriptor_;
  bool held_ = false;
};

/// The lock that writers of this database file hold while they write, and while they bring its
/// write-ahead log into it (docs/adr/0018). A link has the lock of the file that it leads to, as it
/// has that file's log.
std::filesystem::path writer_lock_of(const std::filesystem::path& database);

}  // namespace banyan::sqlite
