// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/clock.hpp"
#include "migrations/script.hpp"

namespace banyan::migrations {

/// The scripts of one module.
struct ModuleScripts {
  std::string module;
  std::vector<Script> scripts;
};

/// Something that is wrong with a script, or with what was applied from it.
struct Problem {
  std::string module;
  std::string file;  ///< "migrations/orders/0002_add_notes.sql"
  std::optional<int> line;
  std::string what;  ///< what is wrong, and the next step
  /// "migrations/orders/0002_add_notes.sql:7: …"
  std::string text() const;
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// Nothing was changed by the script that failed. what() lists every problem, a line each.
class MigrationFault : public std::runtime_error {
 public:
  explicit MigrationFault(std::vector<Problem> problems);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

enum class State : std::uint8_t { Applied, Pending, OnDemand };

struct Status {
  std::string module;
  std::string name;
  State state = State::Pending;
  std::optional<Timestamp> applied_at;
  std::filesystem::path database;  ///< where the module's tables are
};

/// Applies modules' scripts to the file that holds their tables, each script in one transaction,
/// and remembers them in `banyan_migrations`. Processes that start at once wait for each other.
///
/// A script is `NNNN_snake_case.sql`, counted from 0001 without gaps, plain SQL without BEGIN and
/// COMMIT. With the line `-- banyan: rebuild` before its first statement foreign keys are off while
/// it runs and are all checked before it commits, and renaming a table leaves references to it
/// alone: for SQLite's way of altering a table (make new, copy, drop, rename). Without it a table
/// to which others refer cannot be dropped, because their rows would go with it. Scripts in
/// `separation/` have a numbering of their own and run only when asked for.
class Runner {
 public:
  /// `shared_file` is created when it is missing. Scripts are kept by reference: they are embedded.
  Runner(const std::filesystem::path& shared_file, std::vector<ModuleScripts> modules,
         const Clock& clock = system_clock());

  /// Everything that is wrong before anything is applied: names, gaps, transaction statements,
  /// history that does not agree (changed, missing, newer, out of order).
  std::vector<Problem> check() const;

  /// Applies what is pending, except separation/. Returns what was applied. Throws MigrationFault.
  std::vector<Status> apply();

  /// What apply() would do, tried out and rolled back: a script that cannot run is found. The
  /// file is not changed. Throws MigrationFault.
  std::vector<Status> dry_run();

  /// Applies the pending separation scripts of a module whose names begin with `prefix`
  /// ("" is all, "separation/0001" is one phase), in order. Throws MigrationFault.
  std::vector<Status> apply_separation(std::string_view module, std::string_view prefix = {});

  /// What apply_separation() would do, as dry_run() tries it out.
  std::vector<Status> dry_run_separation(std::string_view module, std::string_view prefix = {});

  /// All scripts of all modules, in order.
  std::vector<Status> status() const;

 private:
  using Wanted = std::function<bool(std::string_view module, std::string_view name)>;
  Wanted separation_of(std::string_view module, std::string_view prefix) const;
  std::vector<Status> apply_where(const Wanted& wanted);
  std::vector<Status> try_where(const Wanted& wanted);
  std::vector<Status> try_out(const Wanted& wanted);

  std::filesystem::path shared_file_;
  std::vector<ModuleScripts> modules_;
  const Clock& clock_;
};

/// Scripts read from `<folder>/*.sql` and `<folder>/separation/*.sql`: for tools and tests.
class ScriptFolder {
 public:
  /// Throws MigrationFault for a folder or a file that cannot be read.
  ScriptFolder(std::string module, const std::filesystem::path& folder);
  ScriptFolder(const ScriptFolder&) = delete;  // scripts() points into it
  ScriptFolder& operator=(const ScriptFolder&) = delete;
  const ModuleScripts& scripts() const { return scripts_; }

 private:
  std::vector<std::pair<std::string, std::string>> texts_;
  ModuleScripts scripts_;
};

}  // namespace banyan::migrations
