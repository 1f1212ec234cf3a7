// SPDX-License-Identifier: Apache-2.0
#include "fence.hpp"

#include "catalogue.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

constexpr std::string_view kFenceTable =
    "CREATE TABLE IF NOT EXISTS banyan_fence(module TEXT PRIMARY KEY, "
    "state TEXT NOT NULL CHECK(state IN ('open','moved')), epoch INTEGER NOT NULL, "
    "location TEXT NOT NULL)";
constexpr std::string_view kGateTable =
    "CREATE TABLE IF NOT EXISTS banyan_gate(module TEXT PRIMARY KEY, "
    "state TEXT CHECK(state IN ('open','closed')), epoch INTEGER)";

std::vector<std::string> modules_in(const Connection& database, const std::string& table) {
  std::vector<std::string> modules;
  if (!database.has_table(table)) return modules;
  sqlite::Statement query = database.query("SELECT module FROM " + table + " ORDER BY module");
  while (query.step()) modules.push_back(query.text(0));
  return modules;
}

struct GuardTrigger {
  std::string name;
  std::string sql;
};

// IS NOT, so that a missing row refuses as well.
std::vector<GuardTrigger> guard_triggers(Guard guard, const std::string& module,
                                         const std::string& table) {
  const std::string kind = guard == Guard::Fence ? "fence" : "gate";
  std::vector<GuardTrigger> triggers;
  for (const std::string event : {"INSERT", "UPDATE", "DELETE"}) {
    const std::string name = "banyan_" + kind + "_" + table + "_" + folded(event);
    triggers.push_back(
        {name, "CREATE TRIGGER " + identifier(name) + " BEFORE " + event + " ON " +
                   identifier(table) + " WHEN (SELECT state FROM banyan_" + kind +
                   " WHERE module = " + text_literal(module) +
                   ") IS NOT 'open' BEGIN SELECT RAISE(ABORT, 'BANYAN_MOVED'); END"});
  }
  return triggers;
}

std::vector<GuardTrigger> missing_guards(const Connection& database, Guard guard,
                                         const std::string& module,
                                         const std::vector<std::string>& tables) {
  std::vector<GuardTrigger> missing;
  sqlite::Statement query = database.query(
      "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND "
      "name = ?1 AND sql = ?2");
  for (const std::string& table : tables) {
    if (!database.has_table(table)) continue;
    for (GuardTrigger& trigger : guard_triggers(guard, module, table)) {
      query.bind(1, trigger.name).bind(2, trigger.sql);
      const bool there = query.step() && query.number(0) == 1;
      query.reset();
      if (!there) missing.push_back(std::move(trigger));
    }
  }
  return missing;
}

}  // namespace

std::optional<Fence> fence_of(const Connection& shared, const std::string& module) {
  if (!shared.has_table("banyan_fence")) return std::nullopt;
  sqlite::Statement query =
      shared.query("SELECT state, epoch, location FROM banyan_fence WHERE module = ?1");
  query.bind(1, module);
  if (!query.step()) return std::nullopt;
  return Fence{query.text(0) == "moved", query.number(1), query.text(2)};
}

std::vector<std::string> fenced_modules(const Connection& shared) {
  return modules_in(shared, "banyan_fence");
}

void write_fence(const Connection& shared, const std::string& module, const Fence& fence) {
  shared.run(std::string(kFenceTable));
  shared
      .query(
          "INSERT INTO banyan_fence(module, state, epoch, location) VALUES (?1, ?2, ?3, ?4) "
          "ON CONFLICT(module) DO UPDATE SET state = excluded.state, epoch = excluded.epoch, "
          "location = excluded.location")
      .bind(1, module)
      .bind(2, fence.moved ? "moved" : "open")
      .bind(3, fence.epoch)
      .bind(4, fence.location)
      .run();
}

std::optional<Gate> gate_of(const Connection& own, const std::string& module) {
  if (!own.has_table("banyan_gate")) return std::nullopt;
  sqlite::Statement query = own.query("SELECT state, epoch FROM banyan_gate WHERE module = ?1");
  query.bind(1, module);
  if (!query.step()) return std::nullopt;
  return Gate{query.text(0) == "open", query.number(1)};
}

std::vector<std::string> gated_modules(const Connection& own) {
  return modules_in(own, "banyan_gate");
}

void write_gate(const Connection& own, const std::string& module, Gate gate) {
  own.run(std::string(kGateTable));
  own.query(
         "INSERT INTO banyan_gate(module, state, epoch) VALUES (?1, ?2, ?3) "
         "ON CONFLICT(module) DO UPDATE SET state = excluded.state, epoch = excluded.epoch")
      .bind(1, module)
      .bind(2, gate.open ? "open" : "closed")
      .bind(3, gate.epoch)
      .run();
}

bool ensure_guards(const Connection& database, Guard guard, const std::string& module,
                   const std::vector<std::string>& tables) {
  const std::vector<GuardTrigger> missing = missing_guards(database, guard, module, tables);
  for (const GuardTrigger& trigger : missing) {
    database.run("DROP TRIGGER IF EXISTS " + identifier(trigger.name));
    database.run(trigger.sql);
  }
  return !missing.empty();
}

bool guards_missing(const Connection& database, Guard guard, const std::string& module,
                    const std::vector<std::string>& tables) {
  return !missing_guards(database, guard, module, tables).empty();
}

}  // namespace banyan::mover
