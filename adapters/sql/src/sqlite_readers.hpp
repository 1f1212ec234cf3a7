// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "connection_pool.hpp"
#include "snapshots.hpp"
#include "sqlite_connection.hpp"

namespace banyan::sql {

/// Runs what one module reads in one file. Safe for concurrent use.
class SqliteReaders {
 public:
  /// `check_file` is asked before a connection is opened and when it is, and may throw.
  SqliteReaders(const std::filesystem::path& file, Ownership& ownership, std::size_t module,
                Snapshots& snapshots, const Options& options,
                std::function<void()> check_file = {});

  /// Runs `body` with a connection that nobody else uses, on which no transaction is open and on
  /// which none is left open. Waits for one when all are in use; Fault{Deadline} when it passes.
  void with_connection(SteadyTime deadline, const std::function<void(SqliteConnection&)>& body);

  /// Runs `body` inside one snapshot.
  void with_snapshot(SteadyTime deadline, const std::function<void(SqliteConnection&)>& body);

 private:
  void give_back(std::unique_ptr<SqliteConnection> connection);

  const Clock& clock_;
  const std::string module_;
  Snapshots& snapshots_;
  ConnectionPool<SqliteConnection> pool_;
};

}  // namespace banyan::sql
