// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "banyan/sqlite/transaction.hpp"

namespace banyan::strangler {

/// Whose turn it is to write a control store: one process commits, or brings the log into the file,
/// at a time. SQLite lets a checkpoint run beside a commit, and until 3.51.3 the two could lose
/// pages to each other (docs/adr/0046). A lock (flock) on CONTROL_STORE.writer; the system gives it
/// up when the process dies. Used under the store's mutex.
class WriteTurn {
 public:
  /// Opens nothing yet.
  explicit WriteTurn(const std::string& store_file);

  /// Over with its life, or before.
  class Held {
   public:
    explicit Held(sqlite::FileLock* lock) : lock_(lock) {}
    ~Held() { end(); }
    Held(Held&& other) noexcept : lock_(std::exchange(other.lock_, nullptr)) {}
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;
    void end() noexcept;

   private:
    sqlite::FileLock* lock_;
  };

  /// Makes the file of the lock, while there is room for it.
  void prepare();
  /// Waits for it. Throws sqlite::Fault (Busy). Where the lock's file cannot be opened, one writes
  /// without: a way back is not to fail by that.
  Held take(std::chrono::milliseconds wait);
  /// Nothing when another one has it, or the lock's file cannot be opened.
  std::optional<Held> take_if_free();

 private:
  sqlite::FileLock* opened();

  const std::string store_file_;
  std::optional<sqlite::FileLock> lock_;
};

/// For as long as it is there, the connection waits at most so long for a lock of SQLite's.
class BusyWait final {
 public:
  BusyWait(sqlite::Connection& connection, std::chrono::milliseconds most);
  ~BusyWait();
  BusyWait(const BusyWait&) = delete;
  BusyWait& operator=(const BusyWait&) = delete;

 private:
  sqlite::Connection& connection_;
};

/// A transaction that writes, in one's turn. Rolled back unless committed; after the commit it is
/// the others' turn. `wait`: for one's turn, and then for those who know no turns, the sqlite3
/// shell and earlier versions. Throws sqlite::Fault (Busy).
class WriteTransaction {
 public:
  WriteTransaction(WriteTurn& turn, sqlite::Connection& connection,
                   std::chrono::milliseconds wait = sqlite::Connection::kBusyWait);
  void commit();

 private:
  BusyWait busy_wait_;
  WriteTurn::Held turn_;
  sqlite::Transaction transaction_;  // goes first
};

}  // namespace banyan::strangler
