// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
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
  /// It touched what the module does not own when it ran last. Nothing: a version did not say.
  std::optional<bool> crosses{};
};
BOOST_DESCRIBE_STRUCT(ManifestStatement, (), (module, sql, last_run, dismissed_at, crosses))

/// That a module ran more different statements than there is room for, see merge().
struct ManifestLeftOut {
  std::string module;
  bool may_cross = false;  ///< at least one of those left out crosses, or nobody knows
  Timestamp last_run;      ///< the latest run of one that was left out
};
BOOST_DESCRIBE_STRUCT(ManifestLeftOut, (), (module, may_cross, last_run))

/// That an operator said of a whole module: what ran last before this is run no longer. It holds
/// for statements of which the manifest is told later, too: applications tell it with a delay.
struct ManifestDismissal {
  std::string module;
  Timestamp before;
};
BOOST_DESCRIBE_STRUCT(ManifestDismissal, (), (module, before))

struct Manifest {
  std::string application;
  std::string version;
  std::vector<ManifestModule> modules;
  std::vector<ManifestTable> shared_tables;
  std::vector<ManifestStatement> statements;  ///< that modules have run, without values
  /// What makes the tables of no module. Nothing: written by a version that did not say.
  std::optional<std::vector<ManifestScript>> shared_scripts{};
  std::optional<std::vector<ManifestLeftOut>> left_out{};  ///< of `statements`; one for a module
  std::optional<std::vector<ManifestDismissal>> dismissals{};  ///< one for a module
};
BOOST_DESCRIBE_STRUCT(Manifest, (),
                      (application, version, modules, shared_tables, statements, shared_scripts,
                       left_out, dismissals))

/// An operator said that the code no longer runs it, alone or with all of its module, and it has
/// not run since.
bool is_dismissed(const Manifest& manifest, const ManifestStatement& statement);

/// "var/shop.db" -> "var/shop.db.manifest.json".
std::filesystem::path manifest_file(const std::filesystem::path& database);

/// How many statements of a module a manifest has at most, and how many bytes of their text.
inline constexpr std::size_t kMostStatements = 2'000;
inline constexpr std::size_t kMostBytesOfStatements = 1'000'000;

/// Adds what `more` knows and `manifest` does not: an extracted build knows nothing of a module's
/// tables, its service does. Statements of a module that differ in their literals only are one. Of
/// more than there is room for, those that ran last stay, and what crosses before what does not;
/// `left_out` says so from then on.
void merge(Manifest& manifest, const Manifest& more);

/// Where manifests are that could not be decoded and were put aside by an update(), oldest first:
/// "var/shop.db.manifest.json.damaged", then "….damaged-2". Nobody but people takes them away.
std::vector<std::filesystem::path> damaged_manifests(const std::filesystem::path& database);

/// NotFound "manifest.missing" with the way to make one; FailedPrecondition "manifest.unreadable"
/// when it is there and this user may not read it; InvalidArgument "manifest.invalid" with the
/// place of every problem.
Result<Manifest> read(const std::filesystem::path& database);

/// Replaces the file at once, durably: nobody reads half of it, also after a power cut. It belongs
/// to the owner of the one before, else of the database. Unavailable "manifest.not_written".
Result<void> write(const std::filesystem::path& database, const Manifest& manifest);

/// Told where a manifest is now that could not be decoded, and what was wrong with it.
using PutAside = std::function<void(const std::filesystem::path& aside, const Error& why)>;

/// Replaces it by what `change` makes of it (of nothing: there is none), unless that is nothing;
/// whether it did. What is there and may not be read, or cannot be decoded, is an error as of
/// read(), and is not replaced: it holds the only evidence of statements that cross modules. With
/// `put_aside`, what cannot be decoded gets another name (see damaged_manifests()), `change` is
/// given nothing, and `put_aside` is told.
/// Processes and threads that change it at the same time do so one after another, so that none
/// loses what another has added (where the file system has no locks, at once). Blocks for as long
/// as they take.
Result<bool> update(
    const std::filesystem::path& database,
    const std::function<std::optional<Manifest>(std::optional<Manifest> known)>& change,
    const PutAside& put_aside = {});

}  // namespace banyan::manifest
