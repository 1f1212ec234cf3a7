// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/sql/data_source.hpp"

namespace banyan::sql {

/// May the module's tables be in that database: on PostgreSQL the application's module has a schema
/// and a role there, in an SQLite file the kit has made its tables, which it makes for all modules
/// at once. Reads only: Database::connect() would make what is missing. Throws Fault.
bool is_module_in(const DataSource& source, const std::string& application,
                  const std::string& module);

}  // namespace banyan::sql
