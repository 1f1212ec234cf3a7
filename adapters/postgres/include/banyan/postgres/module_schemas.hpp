// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/postgres/connection.hpp"

/// How an application's modules share a PostgreSQL database: a schema for each, one for the tables
/// that belong to nobody yet ("shared"), one for the kit ("banyan"); and a role for each module,
/// which may read and write the tables in its own schema and no others. Everything throws Fault.
namespace banyan::postgres {

inline constexpr std::string_view kSharedSchema = "shared";
inline constexpr std::string_view kKitSchema = "banyan";

/// "recordshop", "orders" -> "recordshop_orders".
std::string role_of(std::string_view application, std::string_view module);

/// Where names in the module's SQL are looked for, as it stands in SQL: its own schema, the shared
/// one, those of the other modules.
std::string search_path_of(std::string_view module, const std::vector<std::string>& modules);

/// The modules that have a schema in this database.
std::vector<std::string> modules_in(Connection& database);

/// Refuses a database with tables of something else, and one of a newer version of the kit; the
/// text says what to do. Reads only. std::runtime_error.
void check_database(Connection& database, std::string_view name);

/// Makes what is missing of schemas, roles and grants for these modules. A right that the user
/// lacks is a Fault whose text is the SQL that an administrator runs. Processes that do this at
/// once wait for each other.
void make_schemas(Connection& database, std::string_view application,
                  const std::vector<std::string>& modules);
/// The same inside a transaction of the caller's, for who means to roll it back.
void make_schemas_in_transaction(Connection& database, std::string_view application,
                                 const std::vector<std::string>& modules);

/// Lets the module's role read and write a table of somebody else (the baseline).
void grant_violation(Connection& database, std::string_view application, std::string_view module,
                     std::string_view table);

}  // namespace banyan::postgres
