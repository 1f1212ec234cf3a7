// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "kernel/clock.hpp"
#include "sqlite_connection.hpp"

namespace banyan::sql {

/// The reading connections of one module to one file: opened when first needed, kept, and never
/// more than a few, so that one module cannot take all of them. Safe for concurrent use.
class SqliteReaders {
 public:
  SqliteReaders(std::filesystem::path file, Ownership& ownership, const Options& options);

  /// Runs `body` with a connection that nobody else uses, on which no transaction is open and on
  /// which none is left open. Waits for one when all are in use; Fault{Deadline} when it passes.
  void with_connection(SteadyTime deadline, const std::function<void(SqliteConnection&)>& body);

  /// Runs `body` inside one snapshot.
  void with_snapshot(SteadyTime deadline, const std::function<void(SqliteConnection&)>& body);

 private:
  std::unique_ptr<SqliteConnection> take(SteadyTime deadline);
  void give_back(std::unique_ptr<SqliteConnection> connection);

  const std::filesystem::path file_;
  Ownership& ownership_;
  const Clock& clock_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
  std::size_t open_ = 0;
};

}  // namespace banyan::sql
