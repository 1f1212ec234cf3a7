// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/migrations/runner.hpp"
#include "banyan/sql/data_source.hpp"

namespace banyan::migrations {

struct StatementText;

inline constexpr std::string_view kSeparationFolder = "separation/";

inline bool is_separation(std::string_view name) { return name.starts_with(kSeparationFolder); }

/// A script as one engine runs it. Points into the Script.
struct EngineScript {
  std::string_view name;  ///< of the script, whichever text is run
  std::string file;       ///< of the text: "migrations/orders/0002_add_notes.postgresql.sql"
  std::string_view sql;
  bool is_variant = false;
};

/// A module's scripts in the order in which they run: those at start, then separation/.
struct EngineScripts {
  std::string module;
  sql::Engine engine = sql::Engine::Sqlite;
  std::vector<EngineScript> scripts;
};

EngineScripts scripts_for(sql::Engine engine, const ModuleScripts& module);

/// A line `-- banyan: rebuild` before the first statement asks for foreign keys to be off while the
/// script runs. SQLite only.
bool is_rebuild(std::string_view sql);

/// A line `-- banyan: expand` before the first statement says that programs which do not know the
/// script can live with what it has done.
bool is_expand(std::string_view sql, sql::Engine engine);

/// The statement empties tables besides those that it names: TRUNCATE … CASCADE.
bool empties_others(const StatementText& statement);

/// What was applied from a script: independent of how line ends are written.
std::string checksum_of(std::string_view sql);

/// "migrations/orders/0001_create.sql"
std::string file_of(std::string_view module, std::string_view name);

bool is_variant(std::string_view name);         ///< "0002_add_notes.postgresql.sql"
std::string base_of(std::string_view variant);  ///< "0002_add_notes.sql"
std::string variant_of(std::string_view base);

/// The number in a well-formed name, or nothing.
std::optional<int> number_of(std::string_view name);

/// A mark that cannot be read, or stands where it is too late, or asks for what the engine does not
/// have. Of a script that has been applied nobody asks.
std::vector<Problem> problems_of_marks(const EngineScripts& module, const EngineScript& script);

/// All that is wrong with the scripts themselves: names, numbers, contents.
std::vector<Problem> problems_of_scripts(const EngineScripts& module);

/// What a database's history says of one module: name -> what was applied.
struct Applied {
  std::string checksum;
  Timestamp at;
  bool expands = false;  ///< it was marked so when it ran; nobody knows of older ones
};
using History = std::map<std::string, Applied, std::less<>>;

/// Whether the script is among the module's.
bool knows(const EngineScripts& module, std::string_view name);

/// All that does not agree between the scripts and the history. A newer program's script agrees
/// where it expands and the module has nothing left to run before it: a program that runs lives
/// with it, and one that starts can as well.
std::vector<Problem> problems_of_history(const EngineScripts& module, const History& history);

}  // namespace banyan::migrations
