// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connection.hpp"
#include "kernel/context.hpp"
#include "kernel/error.hpp"
#include "sql/shared_database.hpp"
#include "sql/writer_lock.hpp"

namespace banyan::sql {

/// All writing of this process to one file: a thread that runs units of work in the order of
/// their arrival and commits as many at once as wait for it (group commit). Each unit is a
/// savepoint, so that one that fails takes nobody with it; when the group cannot commit, its units
/// run again, each in a transaction of its own. Safe for concurrent use.
class Writer {
 public:
  /// Opens the file. Throws Fault.
  Writer(const std::filesystem::path& file, Ownership& ownership, const Options& options);
  /// Finishes what is queued.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// Runs `body` on the writer's thread and returns when its outcome is on disk. `body` answers
  /// whether to keep what it did; what it throws is thrown here. The error says that it never ran.
  std::optional<Error> run(const Context& context, const std::function<bool(Connection&)>& body);

  WriterFigures figures() const;

 private:
  struct Unit;

  void work();
  bool wait_for_units();
  Unit* claim();
  void commit_a_group();
  bool try_group(std::vector<Unit*>& group);
  void run_singly(const std::vector<Unit*>& group);
  bool run_in_savepoint(Unit& unit);
  void finish(const std::vector<Unit*>& group, bool together);
  void fail_waiting(const std::exception_ptr& failure);

  const Clock& clock_;
  const std::size_t most_queued_;
  Connection connection_;
  WriterLock file_lock_;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Unit*> queue_;
  bool stopping_ = false;
  WriterFigures figures_;
  std::thread thread_;
};

}  // namespace banyan::sql
