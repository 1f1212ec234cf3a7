// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "connection_pool.hpp"
#include "postgres_connection.hpp"
#include "sql/database.hpp"

namespace banyan::sql {

/// Runs what one module reads on one server. Safe for concurrent use.
class PostgresPool {
 public:
  PostgresPool(const DataSource& source, Ownership& ownership, const Options& options)
      : clock_(*options.clock),
        pool_([&source,
               &ownership] { return std::make_unique<PostgresConnection>(source, ownership); },
              "", options.readers_per_module, clock_) {}

  /// Runs `body` in a transaction that reads; what a connection was left with is rolled back. A
  /// connection whose server has gone away meanwhile is replaced before the body begins.
  void with_snapshot(const ModuleScope& scope, SteadyTime deadline,
                     const std::function<void(Connection&)>& body);

 private:
  std::unique_ptr<PostgresConnection> begin(const ModuleScope& scope, SteadyTime deadline);
  void give_back(std::unique_ptr<PostgresConnection> connection);

  const Clock& clock_;
  ConnectionPool<PostgresConnection> pool_;
};

std::chrono::milliseconds left_until(SteadyTime deadline, const Clock& clock);

}  // namespace banyan::sql
