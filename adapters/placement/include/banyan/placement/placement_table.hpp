// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/placement/placement.hpp"
#include "banyan/sqlite/connection.hpp"

/// Placements and gates as rows in SQLite files. On SQLite a row suffices: a writer cannot hold an
/// older snapshot (SQLITE_BUSY_SNAPSHOT). On PostgreSQL it would leak, because a transaction that
/// began before the switch still sees the old row; there the fence is DDL (see docs/adr/0007).
/// Everything throws sqlite::Fault.
namespace banyan::placement {

/// Makes the table in a shared file, or brings one of an older version up to date. Inside a write
/// transaction.
void make_table(const sqlite::Connection& shared);
bool has_table(const sqlite::Connection& shared);

/// Nothing: the module has never moved, and its tables are in the shared database. Asked inside a
/// transaction the answer holds until its end.
std::optional<Placement> find(const sqlite::Connection& shared, std::string_view module);
std::vector<std::string> modules(const sqlite::Connection& shared);
void write(const sqlite::Connection& shared, std::string_view module, const Placement& placement);

std::optional<Gate> find_gate(const sqlite::Connection& own, std::string_view module);
std::vector<std::string> gated_modules(const sqlite::Connection& own);
void write_gate(const sqlite::Connection& own, std::string_view module, const Gate& gate);

/// Looks placements and gates up again and again on one connection, with statements that are
/// prepared once. Gone before the connection.
class PlacementReader {
 public:
  explicit PlacementReader(const sqlite::Connection& connection) : connection_(connection) {}
  Placement find(std::string_view module);
  std::optional<Gate> find_gate(std::string_view module);

 private:
  const sqlite::Connection& connection_;
  std::optional<sqlite::Statement> placement_;
  std::optional<sqlite::Statement> gate_;
};

}  // namespace banyan::placement
