// SPDX-License-Identifier: Apache-2.0
#include "banyan/postgres/module_schemas.hpp"

#include <algorithm>
#include <stdexcept>

#include "banyan/kit_tables/kit_tables.hpp"

namespace banyan::postgres {
namespace {

// A number of the kit's own, so that no application shares the lock ("banyan" in ASCII).
constexpr std::string_view kLock = "SELECT pg_advisory_xact_lock(108170604798318)";

struct User {
  std::string name;
  bool may_make_roles = false;
  bool may_make_schemas = false;
};

bool has_schema(Connection& database, std::string_view schema) {
  return !database.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", {std::string(schema)})
              .empty();
}

bool has_role(Connection& database, const std::string& role) {
  return !database.rows("SELECT 1 FROM pg_roles WHERE rolname = $1", {role}).empty();
}

// Since PostgreSQL 16 a member may be barred from SET ROLE.
bool may_take(Connection& database, const std::string& role) {
  const std::string right = database.server_version() >= 160000 ? "SET" : "MEMBER";
  return database.text("SELECT pg_has_role(current_user, $1, $2)", {role, right}) == "t";
}

User user_of(Connection& database) {
  const auto row = database.rows(
      "SELECT rolname, rolsuper OR rolcreaterole, has_database_privilege(current_database(), "
      "'CREATE') FROM pg_roles WHERE rolname = current_user");
  return {row.at(0).at(0), row[0].at(1) == "t", row[0].at(2) == "t"};
}

void make_schema(Connection& database, std::string_view schema) {
  if (!has_schema(database, schema)) database.run("CREATE SCHEMA " + identifier(schema));
}

void make_kit_tables(Connection& database) {
  make_schema(database, kKitSchema);
  database.run(
      "CREATE TABLE IF NOT EXISTS banyan.format (version INTEGER NOT NULL);"
      "INSERT INTO banyan.format SELECT " +
      std::to_string(kit_tables::kFormat) +
      " WHERE NOT EXISTS (SELECT 1 FROM banyan.format);"
      "UPDATE banyan.format SET version = " +
      std::to_string(kit_tables::kFormat) + " WHERE version < " +
      std::to_string(kit_tables::kFormat) +
      ";"
      "CREATE TABLE IF NOT EXISTS banyan.modules (module TEXT PRIMARY KEY);"
      // Where a module's tables are, for people and tools. It is no fence: a transaction that began
      // before a switch would still see the old row.
      "CREATE TABLE IF NOT EXISTS banyan.placement (module TEXT PRIMARY KEY, stage TEXT NOT NULL, "
      "epoch BIGINT NOT NULL, location TEXT NOT NULL)");
}

bool can_use_role(Connection& database, const std::string& role) {
  return has_role(database, role) && may_take(database, role);
}

/// Asked before anything is made: a statement that is refused would end the transaction. Throws a
/// Fault with all that an administrator must run.
void check_rights(Connection& database, std::string_view application,
                  const std::vector<std::string>& modules) {
  const User user = user_of(database);
  std::string script;
  bool all_there = has_schema(database, kKitSchema) && has_schema(database, kSharedSchema);
  for (const std::string& module : modules) {
    if (module == kSharedSchema) continue;
    all_there = all_there && has_schema(database, module);
    const std::string role = role_of(application, module);
    if (user.may_make_roles || can_use_role(database, role)) continue;
    if (!has_role(database, role)) script += "  CREATE ROLE " + identifier(role) + " NOLOGIN;\n";
    script += "  GRANT " + identifier(role) + " TO " + identifier(user.name) + ";\n";
  }
  if (!all_there && !user.may_make_schemas) {
    script += "  GRANT CREATE ON DATABASE " +
              identifier(database.text("SELECT current_database()")) + " TO " +
              identifier(user.name) + ";\n";
  }
  if (script.empty()) return;
  throw Fault("42501", "the modules need roles and schemas that the user " + identifier(user.name) +
                           " may not make. An administrator runs this once:\n\n" + script);
}

// Roles belong to the whole server, where another database's application of the same name may be
// making them at this moment.
void make_role(Connection& database, const std::string& role) {
  const std::string name = identifier(role);
  const auto unless_there = [&](const std::string& statement) {
    database.run("DO $do$ BEGIN " + statement +
                 "; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $do$");
  };
  if (!has_role(database, role)) unless_there("CREATE ROLE " + name + " NOLOGIN");
  if (!may_take(database, role)) unless_there("GRANT " + name + " TO CURRENT_USER");
}

void make_event_tables(Connection& database, const std::string& schema) {
  for (const kit_tables::Table& table : kit_tables::kEventTables) {
    const std::string name = schema + '.' + std::string(table.name);
    database.run("CREATE TABLE IF NOT EXISTS " + name + ' ' + std::string(table.columns));
    if (table.index_name.empty()) continue;
    database.run("CREATE INDEX IF NOT EXISTS " + std::string(table.index_name) + " ON " + name +
                 ' ' + std::string(table.index));
  }
  // Without a cache: numbers are drawn under the lock of a slot, and rise in the order of commits.
  database.run("CREATE SEQUENCE IF NOT EXISTS " + schema + ".banyan_outbox_seq CACHE 1");
}

// The kit's tables lie beside the module's; what the module makes later is granted as well.
void make_grants(Connection& database, std::string_view application, const std::string& module) {
  const std::string role = identifier(role_of(application, module));
  const std::string schema = identifier(module);
  const std::string rights = "SELECT, INSERT, UPDATE, DELETE";
  const std::string ledger = schema + ".banyan_ledger ";
  make_event_tables(database, schema);
  database.run("CREATE TABLE IF NOT EXISTS " + ledger + std::string(kit_tables::kLedgerColumns) +
               ";CREATE INDEX IF NOT EXISTS banyan_ledger_by_age ON " + ledger +
               std::string(kit_tables::kLedgerAge) + ";GRANT " + rights +
               " ON ALL TABLES IN SCHEMA " + schema + " TO " + role +
               ";"
               "GRANT USAGE ON ALL SEQUENCES IN SCHEMA " +
               schema + " TO " + role +
               ";"
               "ALTER DEFAULT PRIVILEGES IN SCHEMA " +
               schema + " GRANT " + rights + " ON TABLES TO " + role +
               ";"
               "ALTER DEFAULT PRIVILEGES IN SCHEMA " +
               schema + " GRANT USAGE ON SEQUENCES TO " + role);
}

}  // namespace

std::string role_of(std::string_view application, std::string_view module) {
  return std::string(application) + '_' + std::string(module);
}

std::string search_path_of(std::string_view module, const std::vector<std::string>& modules) {
  std::string path = identifier(module);
  if (module != kSharedSchema) path += ", " + identifier(kSharedSchema);
  for (const std::string& other : modules) {
    if (other != module && other != kSharedSchema) path += ", " + identifier(other);
  }
  return path;
}

std::vector<std::string> modules_in(Connection& database) {
  std::vector<std::string> modules;
  if (!has_schema(database, kKitSchema)) return modules;
  for (auto& row : database.rows("SELECT module FROM banyan.modules ORDER BY module")) {
    modules.push_back(std::move(row.front()));
  }
  return modules;
}

void check_database(Connection& database, std::string_view name) {
  constexpr int kOldest = 130000;
  if (database.server_version() < kOldest) {
    throw std::runtime_error(std::string(name) + ": this server is older than PostgreSQL 13");
  }
  if (has_schema(database, kKitSchema)) {
    const std::string version = database.text("SELECT max(version) FROM banyan.format");
    if (!version.empty() && std::stoi(version) > kit_tables::kFormat) {
      throw std::runtime_error(
          std::string(name) + " was written by a newer version of Banyan (format " + version +
          ", this program knows up to " + std::to_string(kit_tables::kFormat) +
          "). Run that version, or go back to a backup from before the upgrade.");
    }
    return;
  }
  // In one statement, which sees one moment: another process may be making the schemas.
  const std::string foreign = database.text(
      "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname NOT IN "
      "('pg_catalog', 'information_schema') AND NOT EXISTS (SELECT 1 FROM pg_namespace WHERE "
      "nspname = $1) ORDER BY 1 LIMIT 1",
      {std::string(kKitSchema)});
  if (!foreign.empty()) {
    throw std::runtime_error(std::string(name) +
                             " is the database of something else: it has the "
                             "table " +
                             foreign +
                             " and nothing of Banyan. It is left as it is; "
                             "name another database, or a new one (createdb).");
  }
}

void make_schemas_in_transaction(Connection& database, std::string_view application,
                                 const std::vector<std::string>& modules) {
  database.run(std::string(kLock));
  check_rights(database, application, modules);
  make_kit_tables(database);
  make_schema(database, kSharedSchema);
  // In one order everywhere, so that two databases' transactions do not wait for each other.
  std::vector<std::string> sorted = modules;
  std::ranges::sort(sorted);
  for (const std::string& module : sorted) {
    if (module != kSharedSchema) make_role(database, role_of(application, module));
  }
  for (const std::string& module : sorted) {
    if (module == kSharedSchema) continue;
    make_schema(database, module);
    make_grants(database, application, module);
    database.rows("INSERT INTO banyan.modules VALUES ($1) ON CONFLICT DO NOTHING", {module});
  }
  // Names are found everywhere; who may touch what they name is another matter, and so the server
  // says "permission denied" and not "there is no such table".
  const std::vector<std::string> all = modules_in(database);
  for (const std::string& module : all) {
    const std::string role = identifier(role_of(application, module));
    if (!has_role(database, role_of(application, module))) continue;
    database.run("GRANT USAGE ON SCHEMA " + identifier(kSharedSchema) + " TO " + role);
    for (const std::string& other : all) {
      database.run("GRANT USAGE ON SCHEMA " + identifier(other) + " TO " + role);
    }
  }
}

void make_schemas(Connection& database, std::string_view application,
                  const std::vector<std::string>& modules) {
  database.run("BEGIN");
  try {
    make_schemas_in_transaction(database, application, modules);
    database.run("COMMIT");
  } catch (...) {
    try {
      database.run("ROLLBACK");
    } catch (const Fault&) {  // NOLINT(bugprone-empty-catch): the first fault is the one to tell
    }
    throw;
  }
}

void grant_violation(Connection& database, std::string_view application, std::string_view module,
                     std::string_view table) {
  const auto found = database.rows(
      "SELECT schemaname FROM pg_tables WHERE tablename = $1 AND schemaname NOT IN "
      "('pg_catalog', 'information_schema')",
      {std::string(table)});
  for (const auto& row : found) {
    database.run("GRANT SELECT, INSERT, UPDATE, DELETE ON " + identifier(row.front()) + "." +
                 identifier(table) + " TO " + identifier(role_of(application, module)));
  }
}

}  // namespace banyan::postgres
