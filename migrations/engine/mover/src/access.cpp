// SPDX-License-Identifier: Apache-2.0
#include "access.hpp"

#include "catalogue.hpp"
#include "names.hpp"

namespace banyan::mover {
namespace {

int note_access(void* context, int action, const char* first, const char* second,
                const char* schema, const char* through) {
  const char* table = nullptr;
  bool writes = true;
  switch (action) {
    case SQLITE_READ:
      table = first;
      writes = false;
      break;
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_DROP_TABLE: table = first; break;
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_CREATE_TRIGGER: table = second; break;
    default: return SQLITE_OK;
  }
  const bool temporary = schema != nullptr && std::string_view(schema) == "temp";
  if (table == nullptr || *table == '\0' || temporary) return SQLITE_OK;
  static_cast<std::set<Access>*>(context)->insert(
      {table, writes, through == nullptr ? "" : through, false});
  return SQLITE_OK;
}

// Ends the watch however the preparation ends.
class Watch {
 public:
  Watch(const Connection& database, std::set<Access>& into) : database_(database) {
    sqlite3_set_authorizer(database.get(), note_access, &into);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() { sqlite3_set_authorizer(database_.get(), nullptr, nullptr); }

 private:
  const Connection& database_;
};

std::set<Access> watched(const Connection& database, const std::string& sql, bool cascades) {
  database.run(cascades ? "PRAGMA foreign_keys = ON" : "PRAGMA foreign_keys = OFF");
  std::set<Access> found;
  const Watch watch(database, found);
  const char* rest = sql.c_str();
  const char* end = rest + sql.size();
  while (rest < end) {
    sqlite3_stmt* statement = nullptr;
    const int code =
        sqlite3_prepare_v2(database.get(), rest, static_cast<int>(end - rest), &statement, &rest);
    sqlite3_finalize(statement);
    if (code != SQLITE_OK) throw SqliteFault(code & 0xff, sqlite3_errmsg(database.get()));
  }
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
    } catch (const SqliteFault&) {
      // A view refuses every event for which it has no INSTEAD OF trigger.
      if (on->kind != TableKind::View) throw;
    }
  }
  std::erase_if(found, [&](const Access& access) { return same_name(access.table, table); });
  return found;
}

}  // namespace banyan::mover
