// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "banyan/digest/sha256.hpp"
#include "banyan/mover/ownership.hpp"
#include "banyan/sql/data_source.hpp"
#include "banyan/stages/suggestion.hpp"
#include "exit_code.hpp"
#include "scripts.hpp"
#include "terminal.hpp"
#include "whose_file.hpp"
#include "written_scripts.hpp"

namespace banyan::cli {

namespace {

// On one line, as much as fits beside the rest.
std::string shortened(const std::string& sql) {
  constexpr std::size_t kMost = 80;
  std::string text;
  for (const char c : sql) {
    const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!is_space) text += c;
    if (is_space && !text.empty() && text.back() != ' ') text += ' ';
  }
  return text.size() <= kMost ? text : text.substr(0, kMost) + " …";
}

}  // namespace

Result<void> must_be_a_file(const DatabaseOptions& options) {
  const auto source = sql::DataSource::parse(options.database);
  if (!source) return fail(source.error());
  if (source->engine == sql::Engine::Sqlite) return {};
  return fail(ErrorCode::FailedPrecondition, "banyan.only_on_sqlite",
              source->display() +
                  " is a PostgreSQL database. There every module's tables are in a schema of their "
                  "own behind a role of their own from the start, and the application applies the "
                  "migrations when it starts (see docs/how-to/run-on-postgresql.md). To adopt, "
                  "report, decouple, dismiss and move is for SQLite files only in this version. "
                  "Nothing was changed.");
}

Result<manifest::Manifest> manifest_for(const DatabaseOptions& options) {
  if (auto file = must_be_a_file(options); !file) return fail(std::move(file.error()));
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(options.database, ignored)) {
    return fail(ErrorCode::NotFound, "banyan.no_database",
                "there is no database " + options.database +
                    "; name the application's database with --database FILE");
  }
  auto read = manifest::read(options.database);
  if (!read && read.error().rule == "manifest.missing") {
    if (auto other = no_shared_database(options.database)) return fail(*std::move(other));
  }
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

std::vector<SeenStatement> seen_statements(const manifest::Manifest& manifest) {
  constexpr std::size_t kIdLength = 8;
  std::vector<SeenStatement> seen;
  for (const manifest::ManifestStatement& each : manifest.statements) {
    if (manifest::is_dismissed(manifest, each)) continue;
    seen.push_back({sha256_hex(each.module + '\n' + each.sql).substr(0, kIdLength), each});
  }
  return seen;
}

std::vector<mover::Statement> statements_of(const manifest::Manifest& manifest) {
  std::vector<mover::Statement> statements;
  for (const auto& [id, each] : seen_statements(manifest)) {
    statements.push_back(
        {each.module, each.sql,
         id + ", last run " + to_string(each.last_run) + " (" + shortened(each.sql) + ")",
         "when the code no longer runs it, `banyan schema dismiss " + each.module + "`"});
  }
  return statements;
}

void tell_what_is_not_known(mover::SchemaReport& report, const std::string& database,
                            const manifest::Manifest& manifest) {
  if (manifest.left_out) {
    for (const manifest::ManifestLeftOut& each : *manifest.left_out) {
      report.unreadable.push_back(
          {"more statements of " + each.module,
           "it has run more different ones than the manifest has room for; of those left out the "
           "last ran " +
               to_string(each.last_run) +
               (each.may_cross ? ", and some may cross modules" : ", and none crossed modules") +
               ". Give values as parameters, not in the text"});
    }
  }
  for (const auto& aside : manifest::damaged_manifests(database)) {
    report.unreadable.push_back(
        {"statements in " + aside.string(),
         "this manifest was damaged, and put aside when the application started. Whether other "
         "statements cross, it may still tell: look into it, then remove it"});
  }
}

Result<mover::MoveRequest> move_request(const DatabaseOptions& options) {
  const auto manifest = manifest_for(options);
  if (!manifest) return fail(manifest.error());
  return mover::MoveRequest{
      .shared = options.database,
      .module = options.module,
      .ownership = mover::ownership_of(*manifest),
      .statements = statements_of(*manifest),
      .advise = [database = options.database, known = *manifest](mover::SchemaReport& found) {
        advise_to_apply_what_is_written(found, database, known);
        tell_what_is_not_known(found, database, known);
      }};
}

int give_up(const Error& error, bool json) {
  print_error(error, json);
  return error.code == ErrorCode::NotFound || error.code == ErrorCode::Unavailable ? kUnavailable
                                                                                   : kRefused;
}

}  // namespace banyan::cli
