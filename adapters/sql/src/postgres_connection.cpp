// SPDX-License-Identifier: Apache-2.0
#include "postgres_connection.hpp"

#include <soci/postgresql/soci-postgresql.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "banyan/postgres/connection.hpp"
#include "banyan/sql/fault.hpp"

namespace banyan::sql {
namespace {

// What a module's statement may begin with; everything else settles transactions, changes settings
// or the schema.
constexpr std::array<std::string_view, 6> kStatements = {"SELECT", "INSERT", "UPDATE",
                                                         "DELETE", "WITH",   "VALUES"};
constexpr std::array<std::string_view, 9> kDefining = {
    "CREATE", "ALTER", "DROP", "TRUNCATE", "GRANT", "REVOKE", "COMMENT", "REINDEX", "DO"};

bool contains(const auto& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

FaultKind kind_of(postgres::FaultKind kind) {
  switch (kind) {
    case postgres::FaultKind::ConnectionLost: return FaultKind::ConnectionLost;
    case postgres::FaultKind::Serialization: return FaultKind::Serialization;
    case postgres::FaultKind::Cancelled: return FaultKind::Deadline;
    case postgres::FaultKind::Busy: return FaultKind::Busy;
    case postgres::FaultKind::Full: return FaultKind::StorageFull;
    case postgres::FaultKind::ReadOnly: return FaultKind::ReadOnly;
    case postgres::FaultKind::IoError: return FaultKind::Storage;
    case postgres::FaultKind::Constraint: return FaultKind::Constraint;
    case postgres::FaultKind::Denied: return FaultKind::Ownership;
    case postgres::FaultKind::SchemaMissing:
    case postgres::FaultKind::Raised:
    case postgres::FaultKind::Other: break;
  }
  return FaultKind::Misuse;
}

Constraint constraint_of(const postgres::Constraint& from) {
  const auto kind = [&] {
    switch (from.kind) {
      case postgres::Constraint::Kind::Unique: return ConstraintKind::Unique;
      case postgres::Constraint::Kind::ForeignKey: return ConstraintKind::ForeignKey;
      case postgres::Constraint::Kind::Check: return ConstraintKind::Check;
      case postgres::Constraint::Kind::NotNull: return ConstraintKind::NotNull;
      case postgres::Constraint::Kind::Other: break;
    }
    return ConstraintKind::Other;
  }();
  Constraint constraint{kind, from.table, {}, from.name};
  if (!from.column.empty()) constraint.columns.push_back(from.column);
  return constraint;
}

soci::postgresql_statement_backend& backend_of(SociStatement& statement) {
  return *static_cast<soci::postgresql_statement_backend*>(statement.backend());
}

bool holds(postgres::ColumnKind stored, Kind wanted) {
  switch (stored) {
    case postgres::ColumnKind::Integer: return wanted == Kind::Integer || wanted == Kind::Real;
    case postgres::ColumnKind::Real: return wanted == Kind::Real;
    case postgres::ColumnKind::Text: return wanted == Kind::Text;
    case postgres::ColumnKind::Blob: return wanted == Kind::Blob;
    case postgres::ColumnKind::Other: break;
  }
  return false;
}

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::Integer: return "an integer (bigint)";
    case Kind::Real: return "a number (double precision)";
    case Kind::Text: return "text";
    case Kind::Blob: return "bytes (bytea)";
  }
  return "";
}

// "permission denied for table tracks"
std::string last_word(std::string_view message) {
  return std::string(message.substr(message.rfind(' ') + 1));
}

std::string_view verb_of(std::string_view first_word) {
  if (first_word == "INSERT") return "inserts into";
  if (first_word == "UPDATE") return "updates";
  if (first_word == "DELETE") return "deletes from";
  return "reads";
}

}  // namespace

PostgresConnection::PostgresConnection(const DataSource& source, Ownership& ownership)
    : SociConnection(ownership, BlobForm::HexText), guard_(ownership) {
  try {
    session_.open(soci::postgresql, postgres::with_time_limits(source.connection));
  } catch (const soci::soci_error& error) {
    // SOCI's own line, then libpq's, then its hints.
    std::string text = error.get_error_message();
    text.erase(0, text.find('\n') + 1);
    text.resize(std::min(text.find('\n'), text.size()));
    throw Fault(FaultKind::ConnectionLost,
                "cannot connect to " + source.display() + ": " + text +
                    ". Is the server running, and is the address right?");
  }
}

PostgresConnection::~PostgresConnection() { drop_statements(); }

::pg_conn* PostgresConnection::native() const {
  // SOCI's getter is not const.
  auto& session = const_cast<soci::session&>(session_);
  return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
}

void PostgresConnection::command(const std::string& sql) {
  try {
    session_ << sql;
  } catch (const soci::soci_error& error) {
    throw fault_from(Ownership::kKit, sql, error, nullptr);
  }
}

void PostgresConnection::begin(Mode mode, const ModuleScope& scope,
                               std::chrono::milliseconds left) {
  if (std::exchange(statements_are_stale_, false)) drop_statements();
  writes_ = mode == Mode::Write;
  command(
      std::string(writes_ ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
                          : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") +
      "; SET LOCAL ROLE " + scope.role + "; SET LOCAL search_path = " + scope.search_path +
      "; SET LOCAL statement_timeout = " + std::to_string(std::max<std::int64_t>(left.count(), 1)));
}

void PostgresConnection::commit() { command("COMMIT"); }

void PostgresConnection::roll_back() noexcept {
  if (is_lost()) return;
  try {
    if (!postgres::is_idle(native())) command("ROLLBACK");
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): then the connection is lost
  }
}

bool PostgresConnection::in_transaction() const { return postgres::in_transaction(native()); }

bool PostgresConnection::is_lost() const noexcept { return postgres::is_lost(native()); }

bool PostgresConnection::has_table(std::string_view name) {
  static constexpr std::array kInteger = {Kind::Integer};
  std::array<Value, 1> values = {std::string(name)};
  bool found = false;
  query(Ownership::kKit,
        "SELECT 1::bigint FROM pg_catalog.pg_tables WHERE tablename = :name"
        " AND schemaname = ANY (current_schemas(false))",
        values, kInteger, 1, [&found](Row) { found = true; });
  return found;
}

// The server has no word for what is refused here: the role could be laid down again.
void PostgresConnection::about_to_run(std::size_t module, std::string_view sql) {
  guard_.begin(module, sql);
}

void PostgresConnection::check_prepared(std::size_t module, std::string_view sql,
                                        Prepared& prepared) {
  const StatementText text = read_statement(sql);
  if (module != Ownership::kKit) {
    const bool allowed = contains(kStatements, text.first_word) && !text.has_call("set_config");
    const Access access = contains(kDefining, text.first_word) ? Access::Defines : Access::Controls;
    if (!allowed && !guard_.allows(access, "", "")) throw *guard_.refusal();
  }
  prepared.reads_only = text.first_word == "SELECT" || text.first_word == "VALUES";
  std::vector<postgres::Column> gives;
  try {
    gives = postgres::describe(native(), backend_of(*prepared.statement).statementName_);
  } catch (const postgres::Fault& error) {
    throw fault(module, sql, error);
  }
  const std::size_t takes = prepared.statement->columns();
  if (takes == 0 && !gives.empty()) {
    throw misuse(module, sql, "it gives rows, which run() would drop. Use one() or all().");
  }
  if (gives.size() != takes) {
    throw misuse(module, sql,
                 "it gives " + std::to_string(gives.size()) + " column(s), and the call takes " +
                     std::to_string(takes) + ". Name one type for each column.");
  }
  for (std::size_t i = 0; i < takes; ++i) {
    if (holds(gives[i].kind, prepared.statement->kind(i))) continue;
    throw misuse(module, sql,
                 "column '" + gives[i].name + "' is of another type (OID " +
                     std::to_string(gives[i].type) + ") where the C++ type takes " +
                     std::string(name_of(prepared.statement->kind(i))) +
                     ". Correct the type, or cast the column.");
  }
}

void PostgresConnection::check_row(std::size_t /*module*/, std::string_view /*sql*/,
                                   SociStatement& /*statement*/) {}

void PostgresConnection::end_run(SociStatement& statement) noexcept {
  backend_of(statement).result_.reset();
}

Fault PostgresConnection::fault_from(std::size_t module, std::string_view sql,
                                     const soci::soci_error& error, SociStatement* statement) {
  const auto* known = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  if (known == nullptr) {
    if (is_lost()) return fault(module, sql, postgres::fault_of(native(), nullptr));
    return misuse(module, sql, error.get_error_message() + ".");
  }
  ::pg_result* const result =
      statement == nullptr ? nullptr : backend_of(*statement).result_.get_result();
  if (result != nullptr && !is_lost()) {
    return fault(module, sql, postgres::fault_of(native(), result));
  }
  if (is_lost()) return fault(module, sql, postgres::fault_of(native(), nullptr));
  // What failed while it was prepared: SOCI has kept the text only. Its first line is the server's
  // primary message.
  std::string message = error.get_error_message();
  message.resize(std::min(message.find('\n'), message.size()));
  if (const auto mark = message.find("ERROR:  "); mark != std::string::npos) {
    message.erase(0, mark + 8);
  }
  return fault(module, sql, postgres::Fault(known->sqlstate(), message));
}

Fault PostgresConnection::fault(std::size_t module, std::string_view sql,
                                const postgres::Fault& error) {
  const bool of_module = module != Ownership::kKit;
  if (error.kind() == postgres::FaultKind::Denied && of_module) {
    const Violation violation{ownership_.rights(module).module, last_word(error.message()),
                              std::string(verb_of(read_statement(sql).first_word)), "",
                              std::string(sql)};
    ownership_.report(violation);
    return {FaultKind::Ownership, violation.message()};
  }
  if (error.kind() == postgres::FaultKind::ReadOnly && !writes_ && of_module) {
    return misuse(module, sql, "read() does not write. Use ModuleDatabase::write().");
  }
  std::string text = place(module, sql) + ": " + error.message() + ".";
  if (error.kind() == postgres::FaultKind::Raised && error.message() == "BANYAN_MOVED") {
    return {FaultKind::Moved, text};
  }
  if (error.kind() == postgres::FaultKind::Constraint) {
    return {FaultKind::Constraint, text,
            constraint_of(error.constraint().value_or(postgres::Constraint{}))};
  }
  // Not now: the one that failed is still in use.
  if (error.sqlstate() == "0A000") statements_are_stale_ = true;
  if (const auto step = postgres::next_step(error.kind()); !step.empty()) {
    text.append(" ").append(step);
  }
  return {kind_of(error.kind()), text};
}

// A statement that fails takes the whole transaction with it, unless there is a savepoint before.
std::expected<std::int64_t, Constraint> PostgresConnection::try_execute(std::size_t module,
                                                                        std::string_view sql,
                                                                        std::span<Value> values) {
  const std::string name = "try_" + std::to_string(++savepoints_);
  command("SAVEPOINT " + name);
  try {
    const std::int64_t rows = execute(module, sql, values);
    command("RELEASE SAVEPOINT " + name);
    return rows;
  } catch (const Fault& fault) {
    if (fault.kind() != FaultKind::Constraint || is_lost()) throw;
    command("ROLLBACK TO SAVEPOINT " + name + "; RELEASE SAVEPOINT " + name);
    Constraint constraint = *fault.constraint();
    name_columns(constraint);
    return std::unexpected(std::move(constraint));
  }
}

// The server tells the name of a unique constraint, not its columns.
void PostgresConnection::name_columns(Constraint& constraint) {
  if (constraint.kind != ConstraintKind::Unique || constraint.name.empty()) return;
  static constexpr std::array kText = {Kind::Text};
  std::array<Value, 1> values = {constraint.name};
  query(Ownership::kKit,
        "SELECT attname::text FROM pg_catalog.pg_constraint"
        " JOIN pg_catalog.pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
        " WHERE conname = :name AND connamespace = ANY"
        " (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY (current_schemas(false)))"
        " ORDER BY array_position(conkey, attnum)",
        values, kText, kNoLimit,
        [&](Row row) { constraint.columns.push_back(std::get<std::string>(*row[0])); });
}

}  // namespace banyan::sql
