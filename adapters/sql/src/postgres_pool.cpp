// SPDX-License-Identifier: Apache-2.0
#include "postgres_pool.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sql/fault.hpp"

namespace banyan::sql {

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
    auto connection = take(deadline);
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

std::unique_ptr<PostgresConnection> PostgresPool::take(SteadyTime deadline) {
  {
    std::unique_lock lock(mutex_);
    while (idle_.empty() && open_ >= most_) {
      const auto left = deadline - clock_.steady();
      if (left <= SteadyTime::duration::zero()) {
        throw Fault(FaultKind::Deadline, "the deadline passed while all of the module's " +
                                             std::to_string(most_) +
                                             " reading connections were in use.");
      }
      constexpr SteadyTime::duration kLongestWait = std::chrono::minutes(1);
      returned_.wait_for(lock, std::min(left, kLongestWait));
    }
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    ++open_;
  }
  try {
    return std::make_unique<PostgresConnection>(source_, ownership_);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    throw;
  }
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  connection->roll_back();
  const bool lost = connection->is_lost();
  if (lost) connection.reset();
  const std::lock_guard lock(mutex_);
  if (lost) {
    --open_;
  } else {
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

}  // namespace banyan::sql
