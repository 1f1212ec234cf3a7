// SPDX-License-Identifier: Apache-2.0
#include "banyan/placement/placement_table.hpp"

namespace banyan::placement {
namespace {

// `state` is what the write guards look at, and all that the first version had; `stage` says it in
// full. A writer of the first version leaves `stage` behind, and then `state` is right.
constexpr std::string_view kTable =
    "CREATE TABLE IF NOT EXISTS banyan_fence(module TEXT PRIMARY KEY, "
    "state TEXT NOT NULL CHECK(state IN ('open','moved')), epoch INTEGER NOT NULL, "
    "location TEXT NOT NULL, stage TEXT)";
constexpr std::string_view kGateTable =
    "CREATE TABLE IF NOT EXISTS banyan_gate(module TEXT PRIMARY KEY, "
    "state TEXT CHECK(state IN ('open','closed')), epoch INTEGER, settled INTEGER)";
constexpr std::string_view kFind =
    "SELECT state, epoch, location, stage FROM banyan_fence WHERE module = ?1";
constexpr std::string_view kFindGate =
    "SELECT state, epoch, settled FROM banyan_gate WHERE module = ?1";

/// However a run ends: a statement that is kept is used again.
struct EndOfRun {
  sqlite::Statement& statement;
  ~EndOfRun() { statement.end_run(); }
};

// Tables of the first version lack a column.
bool has_column(const sqlite::Connection& database, std::string_view table,
                std::string_view column) {
  auto look = database.query("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2");
  return look.bind(1, table).bind(2, column).step();
}
bool has_stage(const sqlite::Connection& shared) {
  return has_column(shared, "banyan_fence", "stage");
}
bool has_settled(const sqlite::Connection& own) {
  return has_column(own, "banyan_gate", "settled");
}

Gate gate_in(const sqlite::Statement& row) {
  return {row.text(0) == "open", row.number(1), row.number(2) != 0};
}

std::string_view state_of(Authority authority) {
  return authority == Authority::Own ? "moved" : "open";
}

Placement placement_in(const sqlite::Statement& row) {
  const std::string state = row.text(0);
  Placement placement{state == "moved" ? Stage::Switched : Stage::Shared, row.number(1),
                      row.text(2)};
  const auto stage = stage_from(row.text(3));
  if (stage && state_of(authority_of(*stage)) == state) placement.stage = *stage;
  return placement;
}

std::vector<std::string> modules_in(const sqlite::Connection& database, std::string_view table) {
  std::vector<std::string> names;
  if (!database.has_table(table)) return names;
  auto rows = database.query("SELECT module FROM " + std::string(table) + " ORDER BY module");
  while (rows.step()) names.push_back(rows.text(0));
  return names;
}

}  // namespace

void make_table(const sqlite::Connection& shared) {
  shared.run(kTable);
  if (!has_stage(shared)) shared.run("ALTER TABLE banyan_fence ADD COLUMN stage TEXT");
}

bool has_table(const sqlite::Connection& shared) {
  return shared.has_table("banyan_fence") && has_stage(shared);
}

std::optional<Placement> find(const sqlite::Connection& shared, std::string_view module) {
  if (!shared.has_table("banyan_fence")) return std::nullopt;
  auto row = shared.query(has_stage(shared) ? kFind
                                            : "SELECT state, epoch, location, '' FROM banyan_fence "
                                              "WHERE module = ?1");
  row.bind(1, module);
  if (!row.step()) return std::nullopt;
  return placement_in(row);
}

std::vector<std::string> modules(const sqlite::Connection& shared) {
  return modules_in(shared, "banyan_fence");
}

void write(const sqlite::Connection& shared, std::string_view module, const Placement& placement) {
  make_table(shared);
  shared
      .query(
          "INSERT INTO banyan_fence(module, state, epoch, location, stage) "
          "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT(module) DO UPDATE SET state = excluded.state, "
          "epoch = excluded.epoch, location = excluded.location, stage = excluded.stage")
      .bind_all(module, state_of(placement.authority()), placement.epoch,
                std::string_view(placement.location), to_string(placement.stage))
      .run();
}

std::optional<Gate> find_gate(const sqlite::Connection& own, std::string_view module) {
  if (!own.has_table("banyan_gate")) return std::nullopt;
  auto row = own.query(
      has_settled(own) ? kFindGate : "SELECT state, epoch, 0 FROM banyan_gate WHERE module = ?1");
  row.bind(1, module);
  if (!row.step()) return std::nullopt;
  return gate_in(row);
}

std::vector<std::string> gated_modules(const sqlite::Connection& own) {
  return modules_in(own, "banyan_gate");
}

void write_gate(const sqlite::Connection& own, std::string_view module, const Gate& gate) {
  own.run(kGateTable);
  if (!has_settled(own)) own.run("ALTER TABLE banyan_gate ADD COLUMN settled INTEGER");
  own.query(
         "INSERT INTO banyan_gate(module, state, epoch, settled) VALUES (?1, ?2, ?3, ?4) "
         "ON CONFLICT(module) DO UPDATE SET state = excluded.state, epoch = excluded.epoch, "
         "settled = excluded.settled")
      .bind_all(module, std::string_view(gate.open ? "open" : "closed"), gate.epoch,
                gate.settled ? 1 : 0)
      .run();
}

Placement PlacementReader::find(std::string_view module) {
  if (!placement_) placement_ = connection_.query(kFind);
  placement_->bind(1, module);
  const EndOfRun end{*placement_};
  return placement_->step() ? placement_in(*placement_) : Placement{};
}

std::optional<Gate> PlacementReader::find_gate(std::string_view module) {
  if (!gate_) {
    if (!connection_.has_table("banyan_gate")) return std::nullopt;
    gate_ = connection_.query(has_settled(connection_)
                                  ? kFindGate
                                  : "SELECT state, epoch, 0 FROM banyan_gate WHERE module = ?1");
  }
  gate_->bind(1, module);
  const EndOfRun end{*gate_};
  if (!gate_->step()) return std::nullopt;
  return gate_in(*gate_);
}

}  // namespace banyan::placement
