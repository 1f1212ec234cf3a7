// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "postgres_connection.hpp"
#include "sql/database.hpp"

namespace banyan::sql {

/// The reading connections of one module to one server: opened when first needed, kept while they
/// work, and never more than a few, so that one module cannot take all of them. Safe for concurrent
/// use.
class PostgresPool {
 public:
  PostgresPool(const DataSource& source, Ownership& ownership, const Options& options)
      : source_(source),
        ownership_(ownership),
        clock_(*options.clock),
        most_(options.readers_per_module) {}

  /// Runs `body` in a transaction that reads; what a connection was left with is rolled back. A
  /// connection whose server has gone away meanwhile is replaced before the body begins.
  void with_snapshot(const ModuleScope& scope, SteadyTime deadline,
                     const std::function<void(Connection&)>& body);

 private:
  std::unique_ptr<PostgresConnection> take(SteadyTime deadline);
  void give_back(std::unique_ptr<PostgresConnection> connection);
  std::unique_ptr<PostgresConnection> begin(const ModuleScope& scope, SteadyTime deadline);

  const DataSource& source_;
  Ownership& ownership_;
  const Clock& clock_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
  std::size_t open_ = 0;
};

std::chrono::milliseconds left_until(SteadyTime deadline, const Clock& clock);

}  // namespace banyan::sql
