// SPDX-License-Identifier: Apache-2.0
#include "lease_clock.hpp"

#include "banyan/sql/unit_of_work.hpp"
#include "ownership.hpp"

namespace banyan::sql {

LeaseTime LeaseClock::now(Connection& connection) const {
  if (!is_of_server()) return banyan::lease_now(*machine);
  const auto micros = Session(connection, Ownership::kKit).value<std::int64_t>("SELECT " + server);
  return {"server", micros.value()};
}

LeaseTime UnitOfWork::lease_now() { return clock_.now(connection_); }

}  // namespace banyan::sql
