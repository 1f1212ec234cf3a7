// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/postgres/connection.hpp"
#include "banyan/postgres/module_schemas.hpp"
#include "script_database.hpp"
#include "statements.hpp"

namespace banyan::migrations {
namespace {

using postgres::Connection;

// Held by a session for a whole run ("migrate" in ASCII).
constexpr std::string_view kRunLock = "SELECT pg_advisory_lock(30796665482998885)";
constexpr std::string_view kLongestWait = "60s";

MigrationFault about(const sql::DataSource& source, const std::string& what,
                     bool temporary = false) {
  return MigrationFault({{"", source.display(), std::nullopt, what, temporary}});
}

// It has nothing to do with what was asked.
bool is_temporary(const postgres::Fault& fault) {
  using enum postgres::FaultKind;
  return fault.kind() == ConnectionLost || fault.kind() == Serialization ||
         fault.kind() == Cancelled || fault.kind() == Busy;
}

std::string explained(const postgres::Fault& fault) {
  const auto next = postgres::next_step(fault.kind());
  return fault.message() + (next.empty() ? "" : ". " + std::string(next));
}

// What the server refuses outside a script is said about the database.
auto about_database(const sql::DataSource& source, auto&& action) {
  try {
    return action();
  } catch (const postgres::Fault& fault) {
    throw about(source, explained(fault), is_temporary(fault));
  }
}

// The server counts characters; of the text it is given, which is UTF-8.
std::size_t offset_of_character(std::string_view text, std::size_t number) {
  std::size_t offset = 0;
  for (; offset < text.size(); ++offset) {
    const bool begins_character = (static_cast<unsigned char>(text[offset]) & 0xC0U) != 0x80U;
    if (begins_character && number-- == 0) break;
  }
  return offset;
}

int line_of(const StatementText& statement, const postgres::Fault& fault) {
  if (!fault.position()) return statement.line;
  return statement.line - 1 +
         line_at(statement.text, offset_of_character(statement.text, *fault.position()));
}

History history_in(Connection& database, const std::string& module) {
  History history;
  if (database.text("SELECT to_regclass('banyan.migrations')").empty()) return history;
  const std::string expands = database.text("SELECT to_regclass('banyan.expansions')").empty()
                                  ? "false"
                                  : "(module, name, checksum) IN "
                                    "(SELECT module, name, checksum FROM banyan.expansions)";
  for (const auto& row : database.rows("SELECT name, checksum, applied_at, " + expands +
                                           " FROM banyan.migrations WHERE module = $1",
                                       {module})) {
    history[row[0]] = {row[1], Timestamp{std::stoll(row[2])}, row[3] == "t"};
  }
  return history;
}

class PostgresScriptTransaction final : public ScriptTransaction {
 public:
  /// `is_rehearsal`: inside a transaction that goes on after this script.
  PostgresScriptTransaction(Connection& database, const sql::DataSource& source, std::string module,
                            const EngineScript& script, bool is_rehearsal)
      : database_(database),
        source_(source),
        module_(std::move(module)),
        script_(script),
        is_rehearsal_(is_rehearsal) {
    about_database(source_, [&] {
      database_.run(is_rehearsal_ ? "SAVEPOINT banyan_script" : "BEGIN");
      database_.run("SET LOCAL search_path = " +
                    postgres::search_path_of(module_, postgres::modules_in(database_)));
    });
  }

  ~PostgresScriptTransaction() override {
    if (done_) return;
    try {
      database_.run(is_rehearsal_ ? "ROLLBACK TO banyan_script; RELEASE banyan_script"
                                  : "ROLLBACK");
    } catch (const postgres::Fault&) {  // NOLINT(bugprone-empty-catch): the connection is gone
    }
  }

  std::string place() const override { return source_.display(); }

  History history() override {
    return about_database(source_, [&] { return history_in(database_, module_); });
  }

  // Each as the one statement that the server lets a message have: what was split wrongly is
  // refused instead of run.
  void run() override {
    for (const StatementText& statement : split(script_.sql, sql::Engine::Postgres).statements) {
      if (empties_others(statement)) {
        throw MigrationFault({{module_, script_.file, statement.line,
                               "TRUNCATE … CASCADE empties every table that refers to these, "
                               "whosever it is, without a word. Nothing was kept. Leave CASCADE "
                               "out, and name each table that is to be emptied"}});
      }
      try {
        database_.rows(std::string(statement.text));
      } catch (const postgres::Fault& fault) {
        std::vector<Problem> problems{{module_, script_.file, line_of(statement, fault),
                                       explained(fault), is_temporary(fault)}};
        if (fault.kind() == postgres::FaultKind::SchemaMissing) {
          throw UnknownNameFault(std::move(problems));
        }
        throw MigrationFault(std::move(problems));
      }
    }
  }

  void remember(Timestamp at) override {
    about_database(source_, [&] {
      database_.rows("INSERT INTO banyan.migrations VALUES ($1, $2, $3, $4)",
                     {module_, std::string(script_.name), checksum_of(script_.sql),
                      std::to_string(at.micros)});
      if (!is_expand(script_.sql, sql::Engine::Postgres)) return;
      database_.rows(
          "INSERT INTO banyan.expansions VALUES ($1, $2, $3) ON CONFLICT (module, name) DO UPDATE "
          "SET checksum = excluded.checksum",
          {module_, std::string(script_.name), checksum_of(script_.sql)});
    });
  }

  void commit() override {
    try {
      if (is_rehearsal_) check_deferred_constraints();
      database_.run(is_rehearsal_ ? "RELEASE banyan_script" : "COMMIT");
      done_ = true;
    } catch (const postgres::Fault& fault) {
      throw MigrationFault(
          {{module_, script_.file, std::nullopt, explained(fault), is_temporary(fault)}});
    }
  }

 private:
  // As a COMMIT would.
  void check_deferred_constraints() {
    database_.run("SAVEPOINT banyan_check");
    database_.run("SET CONSTRAINTS ALL IMMEDIATE");
    database_.run("ROLLBACK TO banyan_check");
    database_.run("RELEASE banyan_check");
  }

  Connection& database_;
  const sql::DataSource& source_;
  const std::string module_;
  const EngineScript& script_;
  const bool is_rehearsal_;
  bool done_ = false;
};

class PostgresScriptDatabase final : public ScriptDatabase {
 public:
  PostgresScriptDatabase(sql::DataSource source, const std::string& application,
                         const std::vector<std::string>& modules, Access access)
      : source_(std::move(source)),
        is_rehearsal_(access == Access::Rehearse),
        database_(about_database(source_, [&] { return Connection::open(source_.connection); })) {
    about_database(source_, [&] {
      database_.run("SET client_encoding = 'UTF8'");
      check_usable();
      if (access == Access::Read) return;
      wait_for_others();
      check_usable();
      // Rolled back when the connection closes.
      if (is_rehearsal_) database_.run("BEGIN");
      make_surroundings(application, modules);
    });
  }

  std::string place_of(const std::string&) override { return source_.display(); }

  History history_of(const std::string& module) override {
    return about_database(source_, [&] { return history_in(database_, module); });
  }

  std::unique_ptr<ScriptTransaction> begin(const std::string& module,
                                           const EngineScript& script) override {
    return std::make_unique<PostgresScriptTransaction>(database_, source_, module, script,
                                                       is_rehearsal_);
  }

 private:
  void check_usable() {
    try {
      postgres::check_database(database_, source_.display());
    } catch (const postgres::Fault&) {
      throw;
    } catch (const std::runtime_error& error) {
      throw about(source_, error.what());
    }
  }

  // The lock ends with the connection, however that ends. A script that waits for a table holds up
  // everybody who comes after it: who wants less of that says so with the connection.
  void wait_for_others() {
    const std::string own_wait = database_.text("SHOW lock_timeout");
    database_.run("SET lock_timeout = '" + std::string(kLongestWait) + "'");
    try {
      database_.rows(std::string(kRunLock));
    } catch (const postgres::Fault& fault) {
      if (fault.kind() != postgres::FaultKind::Busy) throw;
      throw about(source_,
                  "another process has been migrating it for " + std::string(kLongestWait) +
                      "; find it in pg_locks (locktype = 'advisory') and wait for it",
                  true);
    }
    if (own_wait != "0") database_.run("RESET lock_timeout");
  }

  void make_surroundings(const std::string& application, const std::vector<std::string>& modules) {
    if (is_rehearsal_) {
      postgres::make_schemas_in_transaction(database_, application, modules);
    } else {
      postgres::make_schemas(database_, application, modules);
    }
    database_.run("CREATE TABLE IF NOT EXISTS banyan.migrations " +
                  std::string(kit_tables::kHistoryColumns));
    database_.run("CREATE TABLE IF NOT EXISTS banyan.expansions " +
                  std::string(kit_tables::kExpansionColumns));
  }

  const sql::DataSource source_;
  const bool is_rehearsal_;
  Connection database_;
};

}  // namespace

std::unique_ptr<ScriptDatabase> open_postgres(const sql::DataSource& source,
                                              const std::string& application,
                                              const std::vector<std::string>& modules,
                                              Access access) {
  return std::make_unique<PostgresScriptDatabase>(source, application, modules, access);
}

}  // namespace banyan::migrations
