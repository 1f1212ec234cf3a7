// SPDX-License-Identifier: Apache-2.0
#include "postgres_pool.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <utility>

#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

/// A connection that one thread opens and another one waits for.
class AwaitedConnection {
 public:
  /// False: nobody waits any more.
  bool opened(std::unique_ptr<PostgresConnection>& connection, std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    if (abandoned_) return false;
    connection_ = std::move(connection);
    failure_ = std::move(failure);
    done_ = true;
    changed_.notify_one();
    return true;
  }

  /// Nothing: not before the deadline. Throws why there is none.
  std::unique_ptr<PostgresConnection> wait(SteadyTime deadline, const Clock& clock) {
    constexpr SteadyTime::duration kLongestWait = std::chrono::seconds(1);
    std::unique_lock lock(mutex_);
    while (!done_) {
      const auto left = deadline - clock.steady();
      if (left <= SteadyTime::duration::zero()) {
        abandoned_ = true;
        return nullptr;
      }
      changed_.wait_for(lock, std::min(left, kLongestWait));
    }
    if (failure_) std::rethrow_exception(failure_);
    return std::move(connection_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unique_ptr<PostgresConnection> connection_;
  std::exception_ptr failure_;
  bool done_ = false;
  bool abandoned_ = false;
};

}  // namespace

void OpeningThreads::start(std::function<void()> open) {
  const std::lock_guard lock(mutex_);
  threads_.remove_if([](const Thread& each) { return each.over.load(); });
  Thread& mine = threads_.emplace_back();
  try {
    mine.thread = std::jthread([&mine, open = std::move(open)] {
      open();
      mine.over = true;
    });
  } catch (...) {
    threads_.pop_back();
    throw;
  }
}

// Some time is left for saying that there is none.
std::unique_ptr<PostgresConnection> PostgresPool::open(const DataSource& source,
                                                       Ownership& ownership, SteadyTime deadline) {
  auto awaited = std::make_shared<AwaitedConnection>();
  opening_.start([this, &source, &ownership, awaited] {
    std::unique_ptr<PostgresConnection> connection;
    std::exception_ptr failure;
    try {
      connection = std::make_unique<PostgresConnection>(source, ownership);
    } catch (...) {
      failure = std::current_exception();
    }
    if (!awaited->opened(connection, failure)) pool_.give_back(std::move(connection));
  });
  return awaited->wait(deadline - (deadline - clock_.steady()) / 10, clock_);
}

std::chrono::milliseconds left_until(SteadyTime deadline, const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady());
}

void PostgresPool::with_snapshot(const ModuleScope& scope, SteadyTime deadline,
                                 const std::function<void(Connection&)>& body) {
  auto connection = begin(scope, deadline);
  try {
    body(*connection);
  } catch (...) {
    give_back(std::move(connection));
    throw;
  }
  give_back(std::move(connection));
}

std::unique_ptr<PostgresConnection> PostgresPool::begin(const ModuleScope& scope,
                                                        SteadyTime deadline) {
  while (true) {
    auto connection = pool_.take(deadline);
    try {
      connection->begin(PostgresConnection::Mode::Read, scope, left_until(deadline, clock_));
      return connection;
    } catch (const Fault&) {
      // A kept connection may have died; of a new one it is what the server says.
      const bool again = connection->is_lost() && clock_.steady() < deadline;
      give_back(std::move(connection));
      if (!again) throw;
    }
  }
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  connection->roll_back();
  if (connection->is_lost()) connection.reset();
  pool_.give_back(std::move(connection));
}

}  // namespace banyan::sql
