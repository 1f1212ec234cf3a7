// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/module_presence.hpp"

#include <algorithm>
#include <vector>

#include "banyan/postgres/connection.hpp"
#include "banyan/postgres/module_schemas.hpp"
#include "banyan/sql/fault.hpp"
#include "banyan/sqlite/connection.hpp"

namespace banyan::sql {
namespace {

bool is_module_on_server(const DataSource& source, const std::string& application,
                         const std::string& module) {
  try {
    auto database = postgres::Connection::open(source.connection);
    const std::vector<std::string> modules = postgres::modules_in(database);
    return std::ranges::find(modules, module) != modules.end() &&
           !database
                .rows("SELECT 1 FROM pg_roles WHERE rolname = $1",
                      {postgres::role_of(application, module)})
                .empty();
  } catch (const postgres::Fault& fault) {
    const bool is_away = fault.kind() == postgres::FaultKind::ConnectionLost;
    throw Fault(is_away ? FaultKind::ConnectionLost : FaultKind::NotADatabase,
                source.display() + ": " + fault.message());
  }
}

bool has_tables_for_modules(const DataSource& source) {
  try {
    return sqlite::Connection::open(source.file, sqlite::OpenMode::Read)
               .number(
                   "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND"
                   " name = 'banyan_inbox'") != 0;
  } catch (const sqlite::Fault& fault) {
    throw Fault(FaultKind::Storage, "'" + source.file.string() + "': " + fault.what());
  }
}

}  // namespace

bool is_module_in(const DataSource& source, const std::string& application,
                  const std::string& module) {
  return source.engine == Engine::Sqlite ? has_tables_for_modules(source)
                                         : is_module_on_server(source, application, module);
}

}  // namespace banyan::sql
