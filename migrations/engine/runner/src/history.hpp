// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "database.hpp"
#include "script_rules.hpp"

namespace banyan::migrations {

/// The file that holds the module's tables: the shared one, or where its fence points to.
std::filesystem::path place_of(const std::filesystem::path& shared_file, const std::string& module);

void create_history(Database& database);
History history_of(Database& database, const std::string& module);
void remember(Database& database, const std::string& module, const Script& script, Timestamp now);

}  // namespace banyan::migrations
