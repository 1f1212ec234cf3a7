// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <thread>

namespace banyan::strangler {

/// Tells when a file has become another one: rewritten, replaced by rename, or reached through a
/// link that was turned. Waits until the folder has been quiet for a moment, so that a file which
/// is being written is not read by halves.
class FileWatch {
 public:
  /// `changed` comes on a thread of the watch's own. Throws std::system_error when the folder
  /// cannot be watched.
  FileWatch(std::filesystem::path file, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  void run();
  std::string identity() const;

  std::filesystem::path file_;
  std::function<void()> changed_;
  std::string seen_;
  int notices_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

}  // namespace banyan::strangler
