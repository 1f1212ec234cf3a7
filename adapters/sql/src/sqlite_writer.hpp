// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "banyan/sqlite/file_lock.hpp"
#include "commit_listeners.hpp"
#include "file_at_path.hpp"
#include "sqlite_connection.hpp"
#include "sqlite_wal.hpp"
#include "unit_queue.hpp"

namespace banyan::sql {

/// All writing of this process to one SQLite file: a thread that runs units of work in the order of
/// their arrival and commits as many at once as wait for it (group commit). Each unit is a
/// savepoint, so that one that fails takes nobody with it; when the group cannot commit, its units
/// run again, each in a transaction of its own. Between processes the file lock decides. Keeps the
/// write-ahead log bounded, also while nobody writes. What goes wrong beside the units themselves
/// is the failure of those that wait, is told to Options::on_fault, and the thread goes on.
class SqliteWriter {
 public:
  /// Opens the file. Throws Fault. `replaced` is told on the writer's thread, within half a second,
  /// that another file is at its path, or none, and that it is there again; may be empty.
  /// `check_file` is asked before what was changed is committed, and may throw.
  SqliteWriter(const std::filesystem::path& file, Ownership& ownership, SqliteWal& wal,
               const Options& options, std::function<void(bool)> replaced = {},
               std::function<void()> check_file = {});
  /// Finishes what is queued.
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  /// Runs `body` on the writer's thread, with an SqliteConnection, and returns when its outcome is
  /// on disk; see UnitQueue::run().
  std::optional<Error> run(const Context& context, const UnitQueue::Body& body,
                           const std::function<bool()>& belongs_here = {}) {
    return queue_.run(context, body, belongs_here);
  }

  WriterFigures figures() const;

  /// Another file is at its path by now, or none. Looked at twice a second.
  bool file_is_replaced() const { return replaced_; }
  /// What is at its path at this moment.
  FileAtPath::Found look_at_path() const { return at_path_.look(); }
  /// The file that was opened.
  const sqlite::FileIdentity& opened_file() const { return at_path_.was(); }

 private:
  using Unit = UnitQueue::Unit;

  void work();
  void take_turn(UnitQueue::Woken woken);
  void look_after_file();
  void look_after_wal();
  void commit_a_group();
  bool try_group(std::vector<Unit*>& group);
  void run_singly(const std::vector<Unit*>& group);
  bool run_in_savepoint(Unit& unit);
  void check_before_commit(const std::vector<Unit*>& units) const;
  void run_body(Unit& unit);
  void finish(const std::vector<Unit*>& group, bool together);

  const Clock& clock_;
  const OnFault on_fault_;
  UnitQueue queue_;
  SqliteConnection connection_;
  const FileAtPath at_path_;  ///< after the connection, which may have made the file
  const std::function<void(bool)> tell_replaced_;
  const std::function<void()> check_file_;
  sqlite::FileLock file_lock_;
  SqliteWal& wal_;
  std::atomic<std::uint64_t> units_{0}, commits_{0}, again_{0};
  std::atomic<bool> failing_{false};
  std::atomic<bool> replaced_{false};
  std::optional<std::chrono::steady_clock::time_point> looked_;  ///< at the file
  std::chrono::steady_clock::time_point last_gap_;
  std::thread thread_;
};

}  // namespace banyan::sql
