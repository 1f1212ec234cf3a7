// SPDX-License-Identifier: Apache-2.0
#include "access.hpp"

#include "banyan/sqlite/authorizer.hpp"
#include "catalogue.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

void note_access(const sqlite::AccessRequest& request, std::set<Access>& into) {
  std::string_view table = request.first;
  bool writes = true;
  switch (request.action) {
    case sqlite::Action::Read: writes = false; break;
    case sqlite::Action::Insert:
    case sqlite::Action::Update:
    case sqlite::Action::Delete:
    case sqlite::Action::DropTable: break;
    case sqlite::Action::AlterTable:
    case sqlite::Action::CreateIndex:
    case sqlite::Action::CreateTrigger: table = request.second; break;
    default: return;
  }
  if (table.empty() || request.schema == "temp") return;
  into.insert({std::string(table), writes, std::string(request.via), false});
}

std::set<Access> watched(const Connection& database, const std::string& sql, bool cascades) {
  database.set(sqlite::Setting::ForeignKeys, cascades);
  std::set<Access> found;
  const sqlite::Authorizer watch(database, [&found](const sqlite::AccessRequest& request) {
    note_access(request, found);
    return sqlite::Verdict::Allow;
  });
  database.prepare(sql);
  return found;
}

// The columns of a statement that sets each column to itself, so that UPDATE OF triggers count.
std::string self_assignment(const Table& table) {
  std::vector<std::string> parts;
  for (const Column& column : table.columns) {
    if (!column.generated)
      parts.push_back(identifier(column.name) + " = " + identifier(column.name));
  }
  return joined(parts);
}

}  // namespace

std::set<Access> accesses_of(const Connection& database, const std::string& sql) {
  const std::set<Access> direct = watched(database, sql, false);
  std::set<Access> all = direct;
  for (Access access : watched(database, sql, true)) {
    // What appears only with foreign keys on: checks of a parent (implied by the key itself, so
    // left out), and writes by an action.
    if (direct.contains(access) || !access.writes) continue;
    access.cascade = access.through.empty();
    all.insert(access);
  }
  return all;
}

std::set<Access> accesses_of_view(const Connection& database, const std::string& view) {
  std::set<Access> found = watched(database, "SELECT * FROM main." + identifier(view), false);
  std::erase_if(found, [&](const Access& access) { return same_name(access.table, view); });
  return found;
}

std::set<Access> accesses_of_trigger(const Connection& database, const std::string& trigger,
                                     const std::string& table) {
  std::set<Access> found;
  const std::optional<Table> on = table_of(database, table);
  if (!on) return found;
  const std::string name = "main." + identifier(on->name);
  for (const std::string& sql : {"INSERT INTO " + name + " DEFAULT VALUES", "DELETE FROM " + name,
                                 "UPDATE " + name + " SET " + self_assignment(*on)}) {
    try {
      for (const Access& access : watched(database, sql, false)) {
        if (same_name(access.through, trigger)) found.insert(access);
      }
    } catch (const sqlite::Fault&) {
      // A view refuses every event for which it has no INSTEAD OF trigger.
      if (on->kind != TableKind::View) throw;
    }
  }
  std::erase_if(found, [&](const Access& access) { return same_name(access.table, table); });
  return found;
}

}  // namespace banyan::mover
