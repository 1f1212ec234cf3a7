// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "migrations/runner.hpp"

namespace banyan::migrations {

inline constexpr std::string_view separation_folder = "separation/";

inline bool is_separation(std::string_view name) { return name.starts_with(separation_folder); }

/// A line `-- banyan: rebuild` before the first statement asks for foreign keys to be off while the
/// script runs.
bool is_rebuild(std::string_view sql);

/// What was applied from a script: independent of how line ends are written.
std::string checksum_of(std::string_view sql);

/// "migrations/orders/0001_create.sql"
std::string file_of(std::string_view module, std::string_view name);

/// The number in a well-formed name, or nothing.
std::optional<int> number_of(std::string_view name);

/// The module's scripts in the order in which they run: those at start, then separation/.
std::vector<Script> in_order(const ModuleScripts& module);

/// A mark that cannot be read, or stands where it is too late. Of a script that has been applied
/// nobody asks.
std::vector<Problem> problems_of_marks(const ModuleScripts& module, const Script& script);

/// All that is wrong with the scripts themselves: names, numbers, contents.
std::vector<Problem> problems_of_scripts(const ModuleScripts& module);

/// What a file's history says of one module: name -> what was applied.
struct Applied {
  std::string checksum;
  Timestamp at;
};
using History = std::map<std::string, Applied, std::less<>>;

/// All that does not agree between the scripts and the history.
std::vector<Problem> problems_of_history(const ModuleScripts& module, const History& history);

}  // namespace banyan::migrations
