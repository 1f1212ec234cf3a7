// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "banyan/sql/database.hpp"
#include "connection_pool.hpp"
#include "postgres_connection.hpp"

namespace banyan::sql {

/// Threads that open connections, which may take as long as the server's machine, or the one that
/// knows its name, says nothing. The end waits for those that are under way. Safe for concurrent
/// use.
class OpeningThreads {
 public:
  void start(std::function<void()> open);

 private:
  struct Thread {
    std::atomic<bool> over = false;
    std::jthread thread;
  };
  std::mutex mutex_;
  std::list<Thread> threads_;
};

/// Connections of one module to one server, at most so many, those that are being opened included.
/// Safe for concurrent use.
class PostgresPool {
 public:
  PostgresPool(const DataSource& source, Ownership& ownership, std::size_t most, const Clock& clock)
      : clock_(clock),
        pool_([this, &source,
               &ownership](SteadyTime deadline) { return open(source, ownership, deadline); },
              source.display() + ": ", most, clock_) {}

  /// One that nobody else uses; see ConnectionPool.
  std::unique_ptr<PostgresConnection> take(SteadyTime deadline) { return pool_.take(deadline); }
  /// What it was left with is rolled back; one that has lost its server is not kept.
  void give_back(std::unique_ptr<PostgresConnection> connection);

  /// Runs `body` in a transaction that reads; what a connection was left with is rolled back. A
  /// connection whose server has gone away meanwhile is replaced before the body begins.
  void with_snapshot(const ModuleScope& scope, SteadyTime deadline,
                     const std::function<void(Connection&)>& body);

 private:
  std::unique_ptr<PostgresConnection> open(const DataSource& source, Ownership& ownership,
                                           SteadyTime deadline);
  std::unique_ptr<PostgresConnection> begin(const ModuleScope& scope, SteadyTime deadline);

  const Clock& clock_;
  ConnectionPool<PostgresConnection> pool_;
  OpeningThreads opening_;  // last: they give back to the pool
};

std::chrono::milliseconds left_until(SteadyTime deadline, const Clock& clock);

}  // namespace banyan::sql
