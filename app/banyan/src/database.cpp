// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>

#include "exit_code.hpp"
#include "scripts.hpp"
#include "sql/data_source.hpp"
#include "stages/suggestion.hpp"
#include "terminal.hpp"

namespace banyan::cli {

namespace {

// When the last separation script of each module was applied.
std::map<std::string, Timestamp> separated_at(const DatabaseOptions& options,
                                              const manifest::Manifest& manifest) {
  std::map<std::string, Timestamp> at;
  try {
    for (const auto& each : migrations::Runner(options.database, scripts_of(manifest)).status()) {
      if (!each.applied_at || !each.name.starts_with("separation/")) continue;
      at[each.module] = std::max(at[each.module], *each.applied_at);
    }
  } catch (const migrations::MigrationFault&) {  // NOLINT(bugprone-empty-catch): see below
    // Scripts that do not agree are told of by the commands that apply them.
  }
  return at;
}

std::vector<std::string> words_of(const std::string& sql) {
  std::vector<std::string> words(1);
  for (const char c : sql) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  return words;
}

// CREATE TABLE [IF NOT EXISTS] name
bool makes(const std::string& sql, const std::string& table) {
  const std::vector<std::string> words = words_of(sql), name = words_of(table);
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i - 1] != "create" || words[i] != "table") continue;
    const std::size_t at = words[i + 1] == "if" ? i + 4 : i + 1;
    if (at < words.size() && words[at] == name.front()) return true;
  }
  return false;
}

std::vector<std::string> made_by_separation(const manifest::ManifestModule& module) {
  std::vector<std::string> made;
  for (const std::string& table : module.tables) {
    const bool there = std::ranges::any_of(module.scripts, [&](const auto& each) {
      return each.name.starts_with("separation/") && makes(each.sql, table);
    });
    if (there) made.push_back(table);
  }
  return made;
}

}  // namespace

Result<manifest::Manifest> manifest_for(const DatabaseOptions& options) {
  const auto source = sql::DataSource::parse(options.database);
  if (source && source->engine == sql::Engine::Postgres) {
    return fail(ErrorCode::FailedPrecondition, "banyan.only_on_sqlite",
                source->display() +
                    " is a PostgreSQL database. Looking for what crosses modules there, separating "
                    "and moving tables is not in this version; on SQLite it is. The application "
                    "itself applies the migrations when it starts. Nothing was changed.");
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.database, ignored)) {
    return fail(ErrorCode::NotFound, "banyan.no_database",
                "there is no database " + options.database +
                    "; name the application's database with --database FILE");
  }
  auto read = manifest::read(options.database);
  if (!read || options.module.empty()) return read;
  std::vector<std::string> known;
  for (const manifest::ManifestModule& each : read->modules) known.push_back(each.name);
  if (std::ranges::find(known, options.module) == known.end()) {
    return fail(ErrorCode::InvalidArgument, "banyan.unknown_module",
                "there is no module \"" + options.module + "\" in " + options.database + '.' +
                    strangler::suggestion(options.module, known));
  }
  return read;
}

mover::Ownership ownership_of(const manifest::Manifest& manifest) {
  mover::Ownership ownership;
  for (const manifest::ManifestModule& each : manifest.modules) {
    ownership.modules.push_back({each.name, each.tables, made_by_separation(each)});
  }
  for (const manifest::ManifestTable& each : manifest.shared_tables) {
    ownership.shared.push_back({each.table, each.users});
  }
  return ownership;
}

std::vector<mover::Statement> statements_of(const DatabaseOptions& options,
                                            const manifest::Manifest& manifest) {
  // Readers of the old tables may overlap with the script, and times are kept to the second.
  constexpr std::int64_t kSlackMicros = 2'000'000;
  const std::map<std::string, Timestamp> separated = separated_at(options, manifest);
  std::vector<mover::Statement> statements;
  for (const manifest::ManifestStatement& each : manifest.statements) {
    const auto since = separated.find(each.module);
    if (since != separated.end() && each.last_run.micros < since->second.micros + kSlackMicros) {
      continue;
    }
    statements.push_back({each.module, each.sql, "run by " + each.module});
  }
  return statements;
}

int give_up(const Error& error, bool json) {
  print_error(error, json);
  return error.code == ErrorCode::NotFound || error.code == ErrorCode::Unavailable ? kUnreachable
                                                                                   : kRefused;
}

}  // namespace banyan::cli
