// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <algorithm>
#include <filesystem>

#include "exit_code.hpp"
#include "stages/suggestion.hpp"
#include "terminal.hpp"

namespace banyan::cli {

Result<manifest::Manifest> manifest_for(const DatabaseOptions& options) {
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
    ownership.modules.push_back({each.name, each.tables});
  }
  for (const manifest::ManifestTable& each : manifest.shared_tables) {
    ownership.shared.push_back({each.table, each.users});
  }
  return ownership;
}

std::vector<mover::Statement> statements_of(const manifest::Manifest& manifest) {
  std::vector<mover::Statement> statements;
  for (const manifest::ManifestStatement& each : manifest.statements) {
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
