// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "script_rules.hpp"
#include "sqlite/connection.hpp"

namespace banyan::migrations {

/// The file that holds the module's tables: the shared one, or where its fence points to.
std::filesystem::path place_of(const std::filesystem::path& shared_file, const std::string& module);

void create_history(const sqlite::Connection& database);
History history_of(const sqlite::Connection& database, const std::string& module);
void remember(const sqlite::Connection& database, const std::string& module, const Script& script,
              Timestamp now);

}  // namespace banyan::migrations
