// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "banyan/sql/database.hpp"
#include "connection_pool.hpp"
#include "postgres_connection.hpp"

namespace banyan::sql {

/// Connections of one module to one server, at most so many. Safe for concurrent use.
class PostgresPool {
 public:
  PostgresPool(const DataSource& source, Ownership& ownership, std::size_t most, const Clock& clock)
      : clock_(clock),
        pool_([&source,
               &ownership] { return std::make_unique<PostgresConnection>(source, ownership); },
              "", most, clock_) {}

  /// One that nobody else uses; see ConnectionPool.
  std::unique_ptr<PostgresConnection> take(SteadyTime deadline) { return pool_.take(deadline); }
  /// What it was left with is rolled back; one that has lost its server is not kept.
  void give_back(std::unique_ptr<PostgresConnection> connection);

  /// Runs `body` in a transaction that reads; what a connection was left with is rolled back. A
  /// connection whose server has gone away meanwhile is replaced before the body begins.
  void with_snapshot(const ModuleScope& scope, SteadyTime deadline,
                     const std::function<void(Connection&)>& body);

 private:
  std::unique_ptr<PostgresConnection> begin(const ModuleScope& scope, SteadyTime deadline);

  const Clock& clock_;
  ConnectionPool<PostgresConnection> pool_;
};

std::chrono::milliseconds left_until(SteadyTime deadline, const Clock& clock);

}  // namespace banyan::sql
