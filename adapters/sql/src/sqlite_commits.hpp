// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "commit_listeners.hpp"

namespace banyan::sql {

/// Notices what other processes commit to the files, by a number that SQLite counts up for each
/// connection with the commits of others (`PRAGMA data_version`). That costs a few microseconds and
/// takes no lock that a writer wants. Commits of this process are noticed as well. The thread
/// begins with the first who watches.
class SqliteCommits {
 public:
  /// `files` is asked each time; it must outlive this.
  SqliteCommits(std::function<std::vector<std::filesystem::path>()> files, OnFault on_fault);
  ~SqliteCommits();
  SqliteCommits(const SqliteCommits&) = delete;
  SqliteCommits& operator=(const SqliteCommits&) = delete;

  std::unique_ptr<CommitWatch> watch(std::function<void()> changed);

 private:
  class File;
  void work();
  bool look();

  const std::function<std::vector<std::filesystem::path>()> files_;
  const OnFault on_fault_;
  CommitListeners listeners_;
  std::map<std::filesystem::path, std::unique_ptr<File>> open_;  ///< of the thread
  std::mutex mutex_;
  std::condition_variable ending_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace banyan::sql
