// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/lease.hpp"
#include "connection.hpp"

namespace banyan::sql {

/// The clock by which all who work on a database time their leases, whatever process they are in.
struct LeaseClock {
  /// SQLite: they are on one machine, whose steady clock nobody sets.
  const Clock* machine;
  /// PostgreSQL: they may be on several, and the server's clock is the one that they share: an SQL
  /// expression in microseconds. "" for the machine's.
  std::string server;

  bool is_of_server() const { return !server.empty(); }
  LeaseTime now(Connection& connection) const;
};

}  // namespace banyan::sql
