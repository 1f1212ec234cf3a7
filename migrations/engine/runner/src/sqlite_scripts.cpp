// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/placement/file_format.hpp"
#include "banyan/placement/placement_table.hpp"
#include "banyan/sqlite/authorizer.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "quiet_losses.hpp"
#include "script_database.hpp"
#include "statements.hpp"

namespace banyan::migrations {
namespace {

using sqlite::Connection;
using sqlite::OpenMode;

constexpr std::size_t kMostOrphansListed = 20;

MigrationFault about(const std::filesystem::path& database, const std::string& what,
                     bool temporary = false) {
  return MigrationFault({{"", database.string(), std::nullopt, what, temporary}});
}

// It has nothing to do with what was asked.
bool is_temporary(const sqlite::Fault& fault) { return fault.kind() == sqlite::FaultKind::Busy; }

std::string explained(const sqlite::Fault& fault) {
  const auto next = sqlite::next_step(fault.kind());
  return fault.message() + (next.empty() ? "" : ". " + std::string(next));
}

// What SQLite refuses outside a script is said about the file.
auto about_file(const std::filesystem::path& file, auto&& action) {
  try {
    return action();
  } catch (const sqlite::Fault& fault) {
    throw about(file, explained(fault), is_temporary(fault));
  }
}

void check_usable(const std::filesystem::path& file) {
  if (const auto usable = placement::check_database(file); !usable) {
    throw about(file, usable.error().message);
  }
}

sqlite::FileLock lock_writers(const std::filesystem::path& database,
                              std::chrono::milliseconds wait) {
  const auto file = sqlite::writer_lock_of(database);
  auto lock = sqlite::FileLock::take(file, database, wait);
  if (lock) return std::move(*lock);
  throw about(database,
              "another process has been writing without a pause; find it with `fuser " +
                  file.filename().string() + "` in that folder",
              true);
}

// A database that is there keeps the journal mode that somebody chose for it.
Connection open(const std::filesystem::path& file, OpenMode mode, std::chrono::milliseconds wait) {
  Connection database = Connection::open(file, mode, wait);
  const bool is_new = mode == OpenMode::Create && database.number("PRAGMA page_count") == 0;
  if (is_new) database.run("PRAGMA journal_mode = WAL");
  database.run("PRAGMA synchronous = FULL");
  database.set(sqlite::Setting::ForeignKeys, true);
  return database;
}

void create_history(const Connection& database) {
  database.run("CREATE TABLE IF NOT EXISTS banyan_migrations " +
               std::string(kit_tables::kHistoryColumns));
}

History history_in(const Connection& database, const std::string& module) {
  History history;
  if (!database.has_table("banyan_migrations")) return history;
  const std::string expands = database.has_table("banyan_expansions")
                                  ? "(module, name, checksum) IN "
                                    "(SELECT module, name, checksum FROM banyan_expansions)"
                                  : "0";
  auto row = database.query("SELECT name, checksum, applied_at, " + expands +
                            " FROM banyan_migrations WHERE module = ?1");
  row.bind(1, module);
  while (row.step()) {
    history[row.text(0)] = {row.text(1), Timestamp{row.number(2)}, row.number(3) != 0};
  }
  return history;
}

// In a rebuild tables go by the names of others for a while, which must not rename references.
void prepare_for(const Connection& database, const EngineScript& script) {
  const bool rebuilds = is_rebuild(script.sql);
  database.set(sqlite::Setting::ForeignKeys, !rebuilds);
  database.run(rebuilds ? "PRAGMA legacy_alter_table = ON" : "PRAGMA legacy_alter_table = OFF");
}

std::vector<std::string> referring_tables(const Connection& database, const std::string& to) {
  std::vector<std::string> tables;
  auto row = database.query(
      "SELECT DISTINCT m.name FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) k "
      "WHERE m.type = 'table' AND k.\"table\" = ?1 COLLATE NOCASE "
      "AND m.name <> ?1 COLLATE NOCASE ORDER BY m.name");
  row.bind(1, to);
  while (row.step()) tables.push_back(row.text(0));
  return tables;
}

// SQLite deletes a table's rows before it drops it, and ON DELETE says what becomes of the others.
std::optional<std::string> why_not_dropped(const Connection& database, const std::string& table) {
  std::string list;
  for (const auto& name : referring_tables(database, table)) list += ", '" + name + "'";
  if (list.empty()) return std::nullopt;
  return "it drops '" + table + "', to which " + list.substr(2) +
         " refers: rows there would be deleted or emptied with it, as their ON DELETE says. To "
         "rebuild the table, begin the script with the line `-- banyan: rebuild`; to remove it, "
         "first drop what refers to it";
}

/// What a program that does not know a script goes by: tables and views with their columns, and
/// whether an INSERT has to name a column.
using Shapes = std::map<std::string, std::map<std::string, bool>>;

// Nothing of a view whose table is missing.
std::map<std::string, bool> columns_of(const Connection& database, const std::string& table) {
  std::map<std::string, bool> columns;
  try {
    // Hidden columns (1) are virtual tables' own; generated ones (2, 3) nobody inserts.
    auto row = database.query(
        "SELECT lower(name), \"notnull\" AND dflt_value IS NULL AND hidden = 0 "
        "FROM pragma_table_xinfo(?1) WHERE hidden <> 1");
    row.bind(1, table);
    while (row.step()) columns[row.text(0)] = row.number(1) != 0;
  } catch (const sqlite::Fault&) {
    columns.clear();
  }
  return columns;
}

Shapes shapes_in(const Connection& database) {
  std::vector<std::string> names;
  auto row = database.query(
      "SELECT lower(name) FROM sqlite_schema WHERE type IN ('table', 'view') "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (row.step()) names.push_back(row.text(0));
  Shapes shapes;
  for (const std::string& name : names) {
    if (auto columns = columns_of(database, name); !columns.empty()) {
      shapes.emplace(name, std::move(columns));
    }
  }
  return shapes;
}

/// What `after` asks of such a program that `before` did not, one sentence each.
std::vector<std::string> taken_away(const Shapes& before, const Shapes& after) {
  std::vector<std::string> all;
  for (const auto& [table, columns] : before) {
    const auto now = after.find(table);
    if (now == after.end()) {
      all.push_back("'" + table + "' is gone");
      continue;
    }
    for (const auto& [column, needed] : columns) {
      if (!now->second.contains(column)) all.push_back("'" + table + '.' + column + "' is gone");
    }
    for (const auto& [column, needed] : now->second) {
      const auto then = columns.find(column);
      if (needed && (then == columns.end() || !then->second)) {
        all.push_back("'" + table + '.' + column +
                      "' is NOT NULL and has no default, so that an INSERT which does not name it "
                      "fails");
      }
    }
  }
  return all;
}

/// A write transaction, in a file behind its lock or in memory. What a script needs of the
/// connection is set before it begins.
struct Writing {
  Writing(std::optional<sqlite::FileLock> file_lock, Connection opened, const EngineScript& script)
      : lock(std::move(file_lock)),
        connection(std::move(opened)),
        transaction((prepare_for(connection, script), connection), sqlite::Begin::Immediate) {}

  static std::shared_ptr<Writing> in_file(const std::filesystem::path& file, OpenMode mode,
                                          const EngineScript& script,
                                          std::chrono::milliseconds wait) {
    return about_file(file, [&] {
      auto lock = lock_writers(file, wait);
      return std::make_shared<Writing>(std::move(lock), open(file, mode, wait), script);
    });
  }

  static std::shared_ptr<Writing> in_memory(const EngineScript& script) {
    return std::make_shared<Writing>(std::nullopt, Connection::in_memory(), script);
  }

  const std::optional<sqlite::FileLock> lock;
  const Connection connection;
  sqlite::Transaction transaction;
};

class SqliteScriptTransaction final : public ScriptTransaction {
 public:
  /// `is_rehearsal`: the transaction goes on after this script.
  SqliteScriptTransaction(std::shared_ptr<Writing> writing, std::filesystem::path place,
                          std::string module, const EngineScript& script, bool is_rehearsal)
      : writing_(std::move(writing)),
        database_(writing_->connection),
        place_(std::move(place)),
        module_(std::move(module)),
        script_(script),
        is_rehearsal_(is_rehearsal) {
    about_file(place_, [&] {
      if (is_rehearsal_) database_.run("SAVEPOINT banyan_script");
      prepare_for(database_, script_);
      create_history(database_);
    });
  }

  ~SqliteScriptTransaction() override {
    if (!is_rehearsal_ || done_) return;
    try {
      database_.run("ROLLBACK TO banyan_script; RELEASE banyan_script");
    } catch (const sqlite::Fault&) {  // NOLINT(bugprone-empty-catch): the transaction is gone
    }
  }

  std::string place() const override { return place_.string(); }

  History history() override {
    return about_file(place_, [&] { return history_in(database_, module_); });
  }

  void run() override {
    const bool expands = is_expand(script_.sql, sql::Engine::Sqlite);
    const Shapes before =
        expands ? about_file(place_, [&] { return shapes_in(database_); }) : Shapes();
    run_as_it_is();
    if (expands) about_file(place_, [&] { check_expansion(before); });
  }

 private:
  void run_as_it_is() {
    try {
      run_statements();
    } catch (const sqlite::Fault& fault) {
      const auto line =
          fault.offset() ? std::optional(line_at(script_.sql, *fault.offset())) : std::nullopt;
      std::vector<Problem> problems{
          {module_, script_.file, line, explained(fault), is_temporary(fault)}};
      if (fault.kind() == sqlite::FaultKind::SchemaMissing) {
        throw UnknownNameFault(std::move(problems));
      }
      throw MigrationFault(std::move(problems));
    }
    if (is_rebuild(script_.sql)) about_file(place_, [&] { check_foreign_keys(); });
  }

  // The words of a script that rebuilds tables tell nothing: what it leaves does.
  void check_expansion(const Shapes& before) {
    std::vector<Problem> problems;
    for (const std::string& what : taken_away(before, shapes_in(database_))) {
      problems.push_back({module_, script_.file, std::nullopt,
                          "after the script " + what +
                              ", and `-- banyan: expand` says that a program which does not know "
                              "the script can live with it. Take the mark out, or leave this to a "
                              "later script"});
    }
    if (!problems.empty()) throw MigrationFault(std::move(problems));
  }

 public:
  void remember(Timestamp at) override {
    about_file(place_, [&] {
      database_.query("INSERT INTO banyan_migrations VALUES (?1, ?2, ?3, ?4)")
          .bind_all(module_, script_.name, checksum_of(script_.sql), at.micros)
          .run();
      if (is_expand(script_.sql, sql::Engine::Sqlite)) remember_expansion();
      placement::mark_database(database_);
    });
  }

  void commit() override {
    try {
      if (is_rehearsal_) {
        database_.run("RELEASE banyan_script");
      } else {
        writing_->transaction.commit();
      }
      done_ = true;
    } catch (const sqlite::Fault& fault) {
      throw MigrationFault(
          {{module_, script_.file, std::nullopt, explained(fault), is_temporary(fault)}});
    }
  }

 private:
  void remember_expansion() {
    database_.run("CREATE TABLE IF NOT EXISTS banyan_expansions " +
                  std::string(kit_tables::kExpansionColumns));
    database_.query("INSERT OR REPLACE INTO banyan_expansions VALUES (?1, ?2, ?3)")
        .bind_all(module_, script_.name, checksum_of(script_.sql))
        .run();
  }

  void run_statements() {
    std::vector<std::string> dropped;
    QuietLosses losses(database_);
    const sqlite::Authorizer watch(database_, [&](const sqlite::AccessRequest& request) {
      if (request.action == sqlite::Action::DropTable) dropped.emplace_back(request.first);
      losses.note(request);
      return sqlite::Verdict::Allow;
    });
    const auto refuse_what_is_lost = [&] {
      if (const auto lost = losses.found()) {
        throw MigrationFault({{module_, script_.file, lost->line, lost->what}});
      }
    };
    const bool rebuilds = is_rebuild(script_.sql);
    database_.run(script_.sql, [&](std::size_t offset) {
      refuse_what_is_lost();  // by the statement before
      for (const auto& table : std::exchange(dropped, {})) {
        const auto why = rebuilds ? std::nullopt : why_not_dropped(database_, table);
        if (why) {
          throw MigrationFault({{module_, script_.file, line_at(script_.sql, offset), *why}});
        }
      }
      losses.begin(line_at(script_.sql, offset));
    });
    refuse_what_is_lost();
  }

  void check_foreign_keys() {
    std::vector<Problem> problems;
    auto row = database_.query("PRAGMA foreign_key_check");
    while (problems.size() < kMostOrphansListed && row.step()) {
      problems.push_back({module_, script_.file, std::nullopt,
                          "after the rebuild row " + row.text(1) + " of '" + row.text(0) +
                              "' points to nothing in '" + row.text(2) +
                              "'; delete or correct such rows in the script"});
    }
    if (!problems.empty()) throw MigrationFault(std::move(problems));
  }

  const std::shared_ptr<Writing> writing_;
  const Connection& database_;
  const std::filesystem::path place_;
  const std::string module_;
  const EngineScript& script_;
  const bool is_rehearsal_;
  bool done_ = false;
};

class SqliteScriptDatabase final : public ScriptDatabase {
 public:
  SqliteScriptDatabase(std::filesystem::path shared_file, Access access,
                       std::chrono::milliseconds wait)
      : shared_file_(std::move(shared_file)), access_(access), wait_(wait) {
    check_usable(shared_file_);
    if (access_ == Access::Apply && is_not_made_yet()) make_file();
  }

  std::string place_of(const std::string& module) override { return file_of(module).string(); }

  History history_of(const std::string& module) override {
    const auto file = file_of(module);
    if (!std::filesystem::exists(file)) return {};
    return about_file(
        file, [&] { return history_in(open(file, OpenMode::ReadRecovering, wait_), module); });
  }

  std::unique_ptr<ScriptTransaction> begin(const std::string& module,
                                           const EngineScript& script) override {
    if (access_ == Access::Rehearse) {
      const auto file = file_of(module);
      return std::make_unique<SqliteScriptTransaction>(rehearsal_in(file, script), file, module,
                                                       script, true);
    }
    while (true) {
      const auto file = file_of(module);
      auto writing = Writing::in_file(file, OpenMode::Create, script, wait_);
      // Moved while it waited for the lock.
      if (file_of(module) != file) continue;
      return std::make_unique<SqliteScriptTransaction>(std::move(writing), file, module, script,
                                                       false);
    }
  }

 private:
  bool is_not_made_yet() const {
    std::error_code none;
    const auto size = std::filesystem::file_size(shared_file_, none);
    return none || size == 0;
  }

  // Also for modules without a script, which have no tables and are asked for nothing else.
  void make_file() const {
    about_file(shared_file_, [&] {
      const auto lock = lock_writers(shared_file_, wait_);
      const Connection database = open(shared_file_, OpenMode::Create, wait_);
      sqlite::Transaction transaction(database, sqlite::Begin::Immediate);
      create_history(database);
      placement::mark_database(database);
      transaction.commit();
    });
  }

  // The file that holds the module's tables: the shared one, or where its placement points to.
  std::filesystem::path file_of(const std::string& module) const {
    if (!std::filesystem::exists(shared_file_)) return shared_file_;
    const auto placement = about_file(shared_file_, [&] {
      return placement::find(Connection::open(shared_file_, OpenMode::ReadRecovering), module);
    });
    if (!placement || placement->authority() == placement::Authority::Shared) return shared_file_;
    auto file = shared_file_.parent_path() / placement->location;
    if (!std::filesystem::exists(file)) {
      throw about(shared_file_, "it says that the tables of '" + module + "' are in '" +
                                    file.string() + "', which is not there; put the file back");
    }
    check_usable(file);
    return file;
  }

  std::shared_ptr<Writing> rehearsal_in(const std::filesystem::path& file,
                                        const EngineScript& script) {
    auto& rehearsal = rehearsals_[file];
    if (!rehearsal) {
      rehearsal = std::filesystem::exists(file)
                      ? Writing::in_file(file, OpenMode::Write, script, wait_)
                      : Writing::in_memory(script);
    }
    return rehearsal;
  }

  const std::filesystem::path shared_file_;
  const Access access_;
  const std::chrono::milliseconds wait_;
  std::map<std::filesystem::path, std::shared_ptr<Writing>> rehearsals_;
};

}  // namespace

std::unique_ptr<ScriptDatabase> open_sqlite(const std::filesystem::path& shared_file, Access access,
                                            std::chrono::milliseconds wait_for_writers) {
  return std::make_unique<SqliteScriptDatabase>(shared_file, access, wait_for_writers);
}

}  // namespace banyan::migrations
