// SPDX-License-Identifier: Apache-2.0
#include "postgres_pool.hpp"

#include <chrono>
#include <utility>

#include "banyan/sql/fault.hpp"

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
