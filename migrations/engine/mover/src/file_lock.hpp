// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace banyan::mover {

/// An exclusive flock(2) on a file made for it; released when this ends, however the process ends.
class FileLock {
 public:
  /// Waits until `wait` is over; nothing when somebody else still holds it then. Throws
  /// std::filesystem::filesystem_error when the lock file cannot be made.
  static std::optional<FileLock> take(const std::filesystem::path& lock_file,
                                      std::chrono::milliseconds wait);
  /// What the holder wrote into it (see sign), for messages.
  static std::string holder(const std::filesystem::path& lock_file);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();
  void sign(const std::string& text) const;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// The lock that writers of this database file hold while they write.
std::filesystem::path writer_lock_of(const std::filesystem::path& database);
/// The lock that one mover at a time holds on a shared file.
std::filesystem::path mover_lock_of(const std::filesystem::path& database);

/// Makes new and removed names in this folder durable.
void sync_folder(const std::filesystem::path& folder);

}  // namespace banyan::mover
