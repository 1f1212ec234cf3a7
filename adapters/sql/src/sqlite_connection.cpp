// SPDX-License-Identifier: Apache-2.0
#include "sqlite_connection.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <array>
#include <chrono>
#include <system_error>
#include <thread>

#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/placement/file_format.hpp"
#include "banyan/sql/fault.hpp"
#include "banyan/sqlite/authorizer.hpp"

namespace banyan::sql {
namespace {

using namespace std::chrono_literals;

constexpr auto kBusyWait = 1000ms;
constexpr auto kPatience = 5s;

// Full text search asks by itself whether another connection has written: a question, no setting.
bool asks_for_changes(const sqlite::AccessRequest& request) {
  return request.action == sqlite::Action::Pragma && request.first == "data_version" &&
         request.second.empty();
}

Access access_of(const sqlite::AccessRequest& request) {
  if (asks_for_changes(request)) return Access::Calculates;
  switch (request.action) {
    case sqlite::Action::Select:
    case sqlite::Action::Function:
    case sqlite::Action::Recursive: return Access::Calculates;
    case sqlite::Action::Read: return Access::Reads;
    case sqlite::Action::Insert: return Access::Inserts;
    case sqlite::Action::Update: return Access::Updates;
    case sqlite::Action::Delete: return Access::Deletes;
    case sqlite::Action::Transaction:
    case sqlite::Action::Savepoint:
    case sqlite::Action::Attach:
    case sqlite::Action::Detach:
    case sqlite::Action::Pragma: return Access::Controls;
    default: return Access::Defines;
  }
}

FaultKind kind_of(sqlite::FaultKind kind) {
  switch (kind) {
    case sqlite::FaultKind::Busy: return FaultKind::Busy;
    case sqlite::FaultKind::Full: return FaultKind::StorageFull;
    case sqlite::FaultKind::ReadOnly: return FaultKind::ReadOnly;
    case sqlite::FaultKind::CannotOpen:
    case sqlite::FaultKind::IoError: return FaultKind::Storage;
    case sqlite::FaultKind::NotADatabase:
    case sqlite::FaultKind::Corrupt: return FaultKind::NotADatabase;
    case sqlite::FaultKind::Constraint: return FaultKind::Constraint;
    case sqlite::FaultKind::Interrupted: return FaultKind::Deadline;
    case sqlite::FaultKind::SchemaMissing:
    case sqlite::FaultKind::Misuse:
    case sqlite::FaultKind::Other: break;
  }
  return FaultKind::Misuse;
}

Constraint constraint_of(const sqlite::Constraint& from) {
  const auto kind = [&] {
    switch (from.kind) {
      case sqlite::ConstraintKind::Unique: return ConstraintKind::Unique;
      case sqlite::ConstraintKind::ForeignKey: return ConstraintKind::ForeignKey;
      case sqlite::ConstraintKind::Check: return ConstraintKind::Check;
      case sqlite::ConstraintKind::NotNull: return ConstraintKind::NotNull;
      case sqlite::ConstraintKind::Trigger:
      case sqlite::ConstraintKind::Other: break;
    }
    return ConstraintKind::Other;
  }();
  return {kind, from.table, from.columns, from.name};
}

void check_path(const std::filesystem::path& file) {
  std::error_code ignored;
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Fault(FaultKind::Storage, "cannot create '" + file.string() + "': there is no folder '" +
                                        folder.string() + "'. Create it, or name another file.");
  }
}

// SOCI has SQLite's types in a namespace of its own; they are the same.
sqlite::Statement native(SociStatement& statement) {
  auto* const backend = static_cast<soci::sqlite3_statement_backend*>(statement.backend());
  return sqlite::Statement::borrow(reinterpret_cast<::sqlite3_stmt*>(backend->stmt_));
}

bool holds(sqlite::ValueKind stored, Kind wanted) {
  switch (stored) {
    case sqlite::ValueKind::Null: return true;
    case sqlite::ValueKind::Integer: return wanted == Kind::Integer || wanted == Kind::Real;
    case sqlite::ValueKind::Real: return wanted == Kind::Real;
    case sqlite::ValueKind::Text: return wanted == Kind::Text;
    case sqlite::ValueKind::Blob: return wanted == Kind::Blob;
  }
  return false;
}

std::string_view name_of(sqlite::ValueKind kind) {
  switch (kind) {
    case sqlite::ValueKind::Null: return "NULL";
    case sqlite::ValueKind::Integer: return "an integer";
    case sqlite::ValueKind::Real: return "a real number";
    case sqlite::ValueKind::Text: return "text";
    case sqlite::ValueKind::Blob: return "a blob";
  }
  return "something else";
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::Integer: return "an integer";
    case Kind::Real: return "a number";
    case Kind::Text: return "text";
    case Kind::Blob: return "a blob";
  }
  return "";
}

}  // namespace

SqliteConnection::SqliteConnection(const std::filesystem::path& file, Use use, Ownership& ownership)
    : SociConnection(ownership, BlobForm::SociBlob), file_(file), use_(use), guard_(ownership) {
  check_path(file_);
  open();
  try {
    set_up();
    authorizer_ = std::make_unique<sqlite::Authorizer>(
        *native_, [this](const sqlite::AccessRequest& request) {
          return guard_.allows(access_of(request), request.first, request.via)
                     ? sqlite::Verdict::Allow
                     : sqlite::Verdict::Deny;
        });
    placements_.emplace(*native_);
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, "", error);
  }
}

SqliteConnection::~SqliteConnection() {
  placements_.reset();
  drop_statements();
}

// SOCI cannot open a connection without a mutex of its own, which costs a read an eighth of its
// time and guards what one thread uses at a time anyway: it gets ours in the place of an empty one.
void SqliteConnection::open() {
  using sqlite::OpenMode;
  try {
    native_ = std::make_unique<sqlite::Connection>(sqlite::Connection::open(
        file_, use_ == Use::Write ? OpenMode::Create : OpenMode::ReadRecovering, kBusyWait));
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, "", error);
  }
  session_.open(soci::sqlite3, "dbname=:memory:");
  auto* const backend = static_cast<soci::sqlite3_session_backend*>(session_.get_backend());
  native_->hand_over(reinterpret_cast<::sqlite3*&>(backend->conn_));
}

// recursive_triggers stays off: on, a trigger that updates its own table would call itself in
// databases that were written with the default. Fences and captures do not need it.
void SqliteConnection::set_up() {
  if (use_ == Use::Write) {
    setting("PRAGMA journal_mode = WAL", "wal");
    if (native_->is_read_only()) {
      throw Fault(FaultKind::ReadOnly, "'" + file_.string() +
                                           "' is read-only. Give the process the right to write "
                                           "the file and its folder.");
    }
    // What a savepoint may have to undo: in a file, each unit would write its old pages twice.
    setting("PRAGMA temp_store = MEMORY; PRAGMA temp_store", "2");
  }
  setting("PRAGMA synchronous = FULL; PRAGMA synchronous", "2");
  setting("PRAGMA foreign_keys = ON; PRAGMA foreign_keys", "1");
  if (use_ == Use::Read) setting("PRAGMA query_only = ON; PRAGMA query_only", "1");
}

void SqliteConnection::setting(std::string_view sql, std::string_view wanted) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    try {
      const auto last = sql.rfind("; ");
      if (last != std::string_view::npos) native_->run(sql.substr(0, last));
      const std::string got =
          native_->text(last == std::string_view::npos ? sql : sql.substr(last + 2));
      if (got == wanted) return;
      throw Fault(FaultKind::Storage, "'" + file_.string() + "': `" + std::string(sql) +
                                          "` gave '" + got + "' instead of '" +
                                          std::string(wanted) +
                                          "'. Is the file on a network file system?");
    } catch (const sqlite::Fault& error) {
      // Two processes that create the file at once meet here, where SQLite does not wait by itself.
      const bool busy = error.kind() == sqlite::FaultKind::Busy;
      if (!busy || std::chrono::steady_clock::now() >= give_up) {
        throw fault(Ownership::kKit, sql, error);
      }
      std::this_thread::sleep_for(20ms);
    }
  }
}

Fault SqliteConnection::fault(std::size_t module, std::string_view sql,
                              const sqlite::Fault& error) {
  if (auto refusal = guard_.refusal()) return *refusal;
  std::string text =
      "'" + file_.filename().string() + "', " + place(module, sql) + ": " + error.message() + ".";
  if (error.kind() == sqlite::FaultKind::Constraint) {
    if (error.message() == "BANYAN_MOVED") return {FaultKind::Moved, text};
    return {FaultKind::Constraint, text,
            constraint_of(error.constraint().value_or(sqlite::Constraint{}))};
  }
  if (error.kind() == sqlite::FaultKind::SchemaMissing) {
    text += " Is a migration missing, or has it not run on this file?";
  } else if (const auto step = sqlite::next_step(error.kind()); !step.empty()) {
    text.append(" ").append(step);
  }
  return {kind_of(error.kind()), text};
}

Fault SqliteConnection::fault_from(std::size_t module, std::string_view sql,
                                   const soci::soci_error& error, SociStatement* /*statement*/) {
  if (dynamic_cast<const soci::sqlite3_soci_error*>(&error) == nullptr) {
    return misuse(module, sql, error.get_error_message() + ".");
  }
  return fault(module, sql, native_->current_fault(sql));
}

// Once a transaction is begun, nothing runs outside it: the database may have given it up.
void SqliteConnection::about_to_run(std::size_t module, std::string_view sql) {
  if (begun_ && !native_->in_transaction()) {
    throw Fault(
        FaultKind::Storage,
        place(module, sql) + ": an earlier failure made the database give up the transaction.");
  }
  guard_.begin(module, sql);
}

void SqliteConnection::check_prepared(std::size_t module, std::string_view sql,
                                      Prepared& prepared) {
  settle();
  prepared.crosses = guard_.crosses();
  const sqlite::Statement statement = native(*prepared.statement);
  prepared.reads_only = statement.is_read_only();
  const auto gives = static_cast<std::size_t>(statement.column_count());
  const std::size_t takes = prepared.statement->columns();
  if (takes == 0 && gives != 0) {
    throw misuse(module, sql, "it gives rows, which run() would drop. Use one() or all().");
  }
  if (gives != takes) {
    throw misuse(module, sql,
                 "it gives " + std::to_string(gives) + " column(s), and the call takes " +
                     std::to_string(takes) + ". Name one type for each column.");
  }
  if (use_ == Use::Read && !prepared.reads_only && module != Ownership::kKit) {
    throw misuse(module, sql, "read() does not write. Use ModuleDatabase::write().");
  }
}

// SOCI converts between kinds without a word.
void SqliteConnection::check_row(std::size_t module, std::string_view sql,
                                 SociStatement& statement) {
  settle();
  const sqlite::Statement row = native(statement);
  for (std::size_t i = 0; i < statement.columns(); ++i) {
    const sqlite::ValueKind stored = row.kind(static_cast<int>(i));
    if (holds(stored, statement.kind(i))) continue;
    throw misuse(module, sql,
                 "column " + std::to_string(i + 1) + " holds " + std::string(name_of(stored)) +
                     " where the C++ type takes " + std::string(name_of(statement.kind(i))) +
                     ". Correct the type or the data.");
  }
}

void SqliteConnection::end_run(SociStatement& statement) noexcept { native(statement).end_run(); }

// Views and CTEs are reported like tables; only the tables behind them count.
void SqliteConnection::settle() {
  if (!guard_.unsettled()) return;
  guard_.settle([this](std::string_view name) {
    auto look = native_->query(
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE");
    look.bind(1, name);
    return look.step();
  });
}

std::expected<std::int64_t, Constraint> SqliteConnection::try_execute(std::size_t module,
                                                                      std::string_view sql,
                                                                      std::span<Value> values) {
  try {
    return execute(module, sql, values);
  } catch (const Fault& fault) {
    if (fault.kind() != FaultKind::Constraint || !in_transaction()) throw;
    return std::unexpected(*fault.constraint());
  }
}

bool SqliteConnection::has_table(std::string_view name) {
  static constexpr std::array kInteger = {Kind::Integer};
  std::array<Value, 1> values = {std::string(name)};
  bool found = false;
  query(Ownership::kKit, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name",
        values, kInteger, 1, [&found](Row) { found = true; });
  return found;
}

void SqliteConnection::begin_immediate() {
  command("BEGIN IMMEDIATE");
  begun_ = true;
}

void SqliteConnection::begin_snapshot() {
  command("BEGIN");
  begun_ = true;
}

void SqliteConnection::commit() {
  command("COMMIT");
  begun_ = false;
}

void SqliteConnection::roll_back() noexcept {
  begun_ = false;
  if (!in_transaction()) return;
  guard_.begin(Ownership::kKit, "ROLLBACK");
  native_->roll_back();
}

bool SqliteConnection::in_transaction() const { return native_->in_transaction(); }

void SqliteConnection::set_deadline(SteadyTime deadline, const Clock& clock) {
  native_->set_deadline(deadline, clock);
}

void SqliteConnection::clear_deadline() noexcept { native_->clear_deadline(); }

placement::Placement SqliteConnection::placement_of(std::string_view module) {
  static constexpr std::string_view kSql = "the placement of a module";
  about_to_run(Ownership::kKit, kSql);
  try {
    return placements_->find(module);
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

std::optional<placement::Gate> SqliteConnection::gate_of(std::string_view module) {
  static constexpr std::string_view kSql = "the gate of a module";
  about_to_run(Ownership::kKit, kSql);
  try {
    return placements_->find_gate(module);
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

bool SqliteConnection::has_tables_of_kit(bool shared) {
  static constexpr std::string_view kSql = "the tables of the kit";
  about_to_run(Ownership::kKit, kSql);
  try {
    return (!shared || placement::has_table(*native_)) && native_->has_table("banyan_ledger") &&
           native_->has_table(kit_tables::kEventTables.back().name);
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

bool SqliteConnection::is_marked() {
  static constexpr std::string_view kSql = "the mark of the format";
  about_to_run(Ownership::kKit, kSql);
  try {
    return native_->application_id() == placement::kApplicationId &&
           native_->user_version() >= kit_tables::kFormat;
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

void SqliteConnection::make_tables_of_kit(bool shared) {
  static constexpr std::string_view kSql = "the tables of the kit";
  about_to_run(Ownership::kKit, kSql);
  try {
    if (shared) placement::make_table(*native_);
    native_->run("CREATE TABLE IF NOT EXISTS banyan_ledger " +
                 std::string(kit_tables::kLedgerColumns) + " WITHOUT ROWID");
    native_->run("CREATE INDEX IF NOT EXISTS banyan_ledger_by_age ON banyan_ledger " +
                 std::string(kit_tables::kLedgerAge));
    for (const kit_tables::Table& table : kit_tables::kEventTables) {
      const std::string name(table.name);
      native_->run("CREATE TABLE IF NOT EXISTS " + name + ' ' + std::string(table.columns) +
                   " WITHOUT ROWID");
      if (table.index_name.empty()) continue;
      native_->run("CREATE INDEX IF NOT EXISTS " + std::string(table.index_name) + " ON " + name +
                   ' ' + std::string(table.index));
    }
    placement::mark_database(*native_);
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

void SqliteConnection::write_mark() {
  static constexpr std::string_view kSql = "the mark of the format";
  about_to_run(Ownership::kKit, kSql);
  try {
    native_->set_user_version(native_->user_version());
  } catch (const sqlite::Fault& error) {
    throw fault(Ownership::kKit, kSql, error);
  }
}

void SqliteConnection::limit_wal(std::uintmax_t bytes) {
  native_->set_journal_size_limit(static_cast<std::int64_t>(bytes));
}

sqlite::CheckpointResult SqliteConnection::cut_wal(std::chrono::milliseconds wait) {
  native_->set_busy_wait(wait);
  try {
    const auto result = native_->checkpoint(sqlite::Checkpoint::Truncate);
    native_->set_busy_wait(kBusyWait);
    return result;
  } catch (const sqlite::Fault& error) {
    native_->set_busy_wait(kBusyWait);
    throw fault(Ownership::kKit, "the write-ahead log", error);
  }
}

void SqliteConnection::touch() {
  static constexpr std::array kInteger = {Kind::Integer};
  query(Ownership::kKit, "SELECT 1 FROM sqlite_master LIMIT 1", {}, kInteger, 1, [](Row) {});
}

bool SqliteConnection::moved() const noexcept { return native_->moved(); }

}  // namespace banyan::sql
