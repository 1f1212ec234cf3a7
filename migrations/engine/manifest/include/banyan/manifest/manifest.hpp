// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"

/// What tools must know about an application to work on its database while the application is not
/// running: who owns which table, which SQL runs, which scripts there are. The application writes
/// it beside its database whenever it starts.
namespace banyan::manifest {

struct ManifestScript {
  std::string name;  ///< as in migrations/: "separation/0001_expand.sql"
  std::string sql;
};
BOOST_DESCRIBE_STRUCT(ManifestScript, (), (name, sql))

struct ManifestModule {
  std::string name;
  std::vector<std::string> needs;
  std::vector<std::string> tables;
  std::vector<ManifestScript> scripts;
};
BOOST_DESCRIBE_STRUCT(ManifestModule, (), (name, needs, tables, scripts))

struct ManifestTable {
  std::string table;
  std::vector<std::string> users;
};
BOOST_DESCRIBE_STRUCT(ManifestTable, (), (table, users))

struct ManifestStatement {
  std::string module;
  std::string sql;
  Timestamp last_run;
  /// When an operator said that the code no longer runs it; undone by a later run.
  std::optional<Timestamp> dismissed_at{};
};
BOOST_DESCRIBE_STRUCT(ManifestStatement, (), (module, sql, last_run, dismissed_at))

struct Manifest {
  std::string application;
  std::string version;
  std::vector<ManifestModule> modules;
  std::vector<ManifestTable> shared_tables;
  std::vector<ManifestStatement> statements;  ///< that modules have run, without values
  /// What makes the tables of no module. Nothing: written by a version that did not say.
  std::optional<std::vector<ManifestScript>> shared_scripts{};
};
BOOST_DESCRIBE_STRUCT(Manifest, (),
                      (application, version, modules, shared_tables, statements, shared_scripts))

/// "var/shop.db" -> "var/shop.db.manifest.json".
std::filesystem::path manifest_file(const std::filesystem::path& database);

/// Adds what `more` knows and `manifest` does not: an extracted build knows nothing of a module's
/// tables, its service does.
void merge(Manifest& manifest, const Manifest& more);

/// NotFound "manifest.missing" with the way to make one; FailedPrecondition "manifest.unreadable"
/// when it is there and this user may not read it; InvalidArgument "manifest.invalid" with the
/// place of every problem.
Result<Manifest> read(const std::filesystem::path& database);

/// Replaces the file at once, durably: nobody reads half of it, also after a power cut. It belongs
/// to the owner of the one before, else of the database. Unavailable "manifest.not_written".
Result<void> write(const std::filesystem::path& database, const Manifest& manifest);

/// Replaces it by what `change` makes of it (of nothing: there is none, or none that can be read),
/// unless that is nothing; whether it did. What is there and may not be read is not replaced.
/// Processes and threads that change it at the same time do so one after another, so that none
/// loses what another has added (where the file system has no locks, at once). Blocks for as long
/// as they take.
Result<bool> update(
    const std::filesystem::path& database,
    const std::function<std::optional<Manifest>(std::optional<Manifest> known)>& change);

}  // namespace banyan::manifest
