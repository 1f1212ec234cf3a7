// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/migrations/script.hpp"
#include "banyan/sql/data_source.hpp"

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
  /// Nothing is wrong with it: the database was away, or somebody held it. Again, later.
  bool temporary = false;
  /// "migrations/orders/0002_add_notes.sql:7: …"
  std::string text() const;
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// Nothing was changed by the script that failed. what() lists every problem, a line each. error()
/// is Unavailable when each of them is temporary.
class MigrationFault : public OperationalFault {
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
  std::string database;  ///< where the module's tables are: a file, or a server's database
  bool expands = false;  ///< a program that does not know the script can live with it
};

/// Applies modules' scripts to the database that holds their tables, each script in one
/// transaction, and remembers them there. Processes that start at once wait for each other. A
/// database of something else, and one of a newer version, is refused and left as it is.
///
/// A script is `NNNN_snake_case.sql`, counted from 0001 without gaps, plain SQL without BEGIN and
/// COMMIT. `NNNN_snake_case.postgresql.sql` beside it is the same script as PostgreSQL runs it,
/// where the SQL must differ. Scripts in `separation/` have a numbering of their own and run only
/// when asked for. A script that names what is not there yet waits for the other modules' pending
/// scripts.
///
/// On SQLite, with the line `-- banyan: rebuild` before its first statement, foreign keys are off
/// while a script runs and are all checked before it commits, and renaming a table leaves
/// references to it alone: for SQLite's way of altering a table (make new, copy, drop, rename).
/// Without it a table to which others refer cannot be dropped, because their rows would go with it.
///
/// With the line `-- banyan: expand` before its first statement a script says that a program which
/// does not know it can run on beside it: it adds, and takes nothing away. Then a new version takes
/// over from a running one without a gap, and the older one can be started again: what is newer
/// than all that it knows is no problem if it was marked so when it ran.
///
/// On PostgreSQL every run first makes what is missing of the modules' schemas, roles and grants
/// (see postgres/module_schemas.hpp). A script runs as the user of the connection, who owns what it
/// makes, and names without a schema are looked for in the module's own, then in the shared one,
/// then in the others'; what it makes is in the module's own. The module "shared" has the shared
/// one.
class Runner {
 public:
  /// `application` is what the roles' names begin with on PostgreSQL; SQLite has no use for it.
  /// Scripts are kept by reference: they are embedded. Connects to nothing yet.
  Runner(sql::DataSource source, std::string application, std::vector<ModuleScripts> modules,
         const Clock& clock);
  /// A SQLite file, which is created when it is missing.
  Runner(const std::filesystem::path& shared_file, std::vector<ModuleScripts> modules,
         const Clock& clock);

  /// How long a script waits on SQLite for others who write its file; a minute unless said.
  void wait_for_writers(std::chrono::milliseconds wait) { wait_ = wait; }

  /// Everything that is wrong before anything is applied: names, gaps, transaction statements,
  /// variants that are missing or have nothing to vary, history that does not agree (changed,
  /// missing, newer, out of order), a database that cannot be used. Reads only.
  std::vector<Problem> check() const;

  /// Applies what is pending, except separation/. Returns what was applied, in the order in which
  /// it was. Throws MigrationFault; scripts that ran before the one that failed stay applied.
  std::vector<Status> apply();

  /// What apply() would do, tried out and rolled back: a script that cannot run is found. The
  /// database is not changed; others' writes to it wait meanwhile. Throws MigrationFault.
  std::vector<Status> dry_run();

  /// Applies the pending separation scripts of a module whose names begin with `prefix`
  /// ("" is all, "separation/0001" is one phase), in order. Throws MigrationFault.
  std::vector<Status> apply_separation(std::string_view module, std::string_view prefix = {});

  /// What apply_separation() would do, as dry_run() tries it out.
  std::vector<Status> dry_run_separation(std::string_view module, std::string_view prefix = {});

  /// All scripts of all modules, in order.
  std::vector<Status> status() const;

  /// What a newer version has applied and this one does not know; where check() finds no problem,
  /// this one can live with all of it.
  std::vector<Status> newer() const;

 private:
  using Wanted = std::function<bool(std::string_view module, std::string_view name)>;
  Wanted separation_of(std::string_view module, std::string_view prefix) const;
  std::vector<Status> apply_where(const Wanted& wanted);
  std::vector<Status> try_where(const Wanted& wanted);

  sql::DataSource source_;
  std::string application_;
  std::vector<ModuleScripts> modules_;
  const Clock& clock_;
  std::chrono::milliseconds wait_{60'000};
};

/// Scripts and their variants, read from `<folder>/*.sql` and `<folder>/separation/*.sql`: for
/// tools and tests.
class ScriptFolder {
 public:
  /// Throws MigrationFault for a folder or a file that cannot be read.
  ScriptFolder(std::string module, const std::filesystem::path& folder);
  ScriptFolder(const ScriptFolder&) = delete;  // scripts() points into it
  ScriptFolder& operator=(const ScriptFolder&) = delete;
  const ModuleScripts& scripts() const { return scripts_; }

 private:
  std::map<std::string, std::string, std::less<>> texts_;
  ModuleScripts scripts_;
};

}  // namespace banyan::migrations
