// SPDX-License-Identifier: Apache-2.0
// The only file that sees a native handle. SOCI's header puts SQLite into the namespace
// sqlite_api, so <sqlite3.h> must not be included here.
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>
#include <limits>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <vector>

#include "connection.hpp"
#include "sql/fault.hpp"
#include "statement_guard.hpp"

namespace banyan::sql {
namespace {

using namespace sqlite_api;

constexpr std::size_t most_cached_statements = 2000;

struct StatementKey {
  std::size_t module;
  std::string sql;
};

struct StatementRef {
  std::size_t module;
  std::string_view sql;
};

struct HashStatement {
  using is_transparent = void;
  std::size_t operator()(const StatementKey& key) const { return of(key.module, key.sql); }
  std::size_t operator()(const StatementRef& key) const { return of(key.module, key.sql); }
  static std::size_t of(std::size_t module, std::string_view sql) {
    return std::hash<std::string_view>{}(sql) * 31 + module;
  }
};

struct SameStatement {
  using is_transparent = void;
  bool operator()(const auto& a, const auto& b) const {
    return a.module == b.module && std::string_view(a.sql) == std::string_view(b.sql);
  }
};

struct CleanUp {
  void operator()(soci::sqlite3_statement_backend* backend) const {
    backend->clean_up();
    delete backend;
  }
};

struct Statement {
  std::unique_ptr<soci::sqlite3_statement_backend, CleanUp> backend;
  sqlite3_stmt* native;
  std::size_t parameters;
  std::size_t columns;
  bool read_only;
  std::vector<Value> row;  // capacity kept from row to row
  SteadyTime noted{};      // when the catalogue last heard of it
};

// Ends a statement's run: no read transaction stays open, and no bound value is kept.
class Run {
 public:
  explicit Run(sqlite3_stmt* statement) : statement_(statement) {}
  ~Run() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

 private:
  sqlite3_stmt* statement_;
};

std::string_view text_of(const char* text) { return text == nullptr ? "" : text; }

std::string_view after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  return at == std::string_view::npos ? std::string_view{} : text.substr(at + mark.size());
}

// "orders.key, orders.customer" -> orders, {key, customer}
void read_columns(std::string_view list, Constraint& constraint) {
  if (list.starts_with("index ")) {
    constraint.name = list.substr(6);
    return;
  }
  while (!list.empty()) {
    const auto comma = list.find(", ");
    const auto item = list.substr(0, comma);
    const auto dot = item.find('.');
    if (dot != std::string_view::npos) {
      constraint.table = item.substr(0, dot);
      constraint.columns.emplace_back(item.substr(dot + 1));
    }
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 2);
  }
}

Constraint constraint_from(int code, std::string_view message) {
  Constraint constraint;
  const auto what = after(message, "constraint failed: ");
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      constraint.kind = ConstraintKind::Unique;
      read_columns(what, constraint);
      break;
    case SQLITE_CONSTRAINT_NOTNULL:
      constraint.kind = ConstraintKind::NotNull;
      read_columns(what, constraint);
      break;
    case SQLITE_CONSTRAINT_CHECK:
      constraint.kind = ConstraintKind::Check;
      constraint.name = what;
      break;
    case SQLITE_CONSTRAINT_FOREIGNKEY: constraint.kind = ConstraintKind::ForeignKey; break;
    default: constraint.name = message; break;
  }
  return constraint;
}

struct Explained {
  FaultKind kind;
  std::string_view next_step;
};

Explained explain(int code, std::string_view message) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {FaultKind::Busy, "Another program holds the database; find it with `fuser FILE`."};
    case SQLITE_FULL: return {FaultKind::Storage, "The disk is full; make room."};
    case SQLITE_READONLY:
      return {FaultKind::Storage, "Give the process the right to write the file and its folder."};
    case SQLITE_CANTOPEN:
      return {FaultKind::Storage, "Check that the file and its folder exist and may be written."};
    case SQLITE_IOERR: return {FaultKind::Storage, "Check the disk and the system's log."};
    case SQLITE_NOTADB:
      return {FaultKind::NotADatabase, "The file is something else; name another one."};
    case SQLITE_CORRUPT: return {FaultKind::NotADatabase, "The file is damaged; restore a backup."};
    default: break;
  }
  if (message.starts_with("no such table") || message.starts_with("no such column")) {
    return {FaultKind::Misuse, "Is a migration missing, or has it not run on this file?"};
  }
  return {FaultKind::Misuse, ""};
}

Access access_of(int action) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE: return Access::Calculates;
    case SQLITE_READ: return Access::Reads;
    case SQLITE_INSERT: return Access::Inserts;
    case SQLITE_UPDATE: return Access::Updates;
    case SQLITE_DELETE: return Access::Deletes;
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
    case SQLITE_ATTACH:
    case SQLITE_DETACH:
    case SQLITE_PRAGMA: return Access::Controls;
    default: return Access::Defines;
  }
}

int authorize(void* guard, int action, const char* first, const char*, const char*,
              const char* via) {
  const bool allowed =
      static_cast<StatementGuard*>(guard)->allows(access_of(action), text_of(first), text_of(via));
  return allowed ? SQLITE_OK : SQLITE_DENY;
}

// Blanks, semicolons and comments.
bool says_nothing(std::string_view sql) {
  while (!sql.empty()) {
    if (sql.starts_with("--")) {
      const auto end = sql.find('\n');
      sql = end == std::string_view::npos ? std::string_view{} : sql.substr(end + 1);
    } else if (sql.starts_with("/*")) {
      sql = after(sql.substr(2), "*/");
    } else if (std::string_view(" \t\r\n\f;").find(sql.front()) != std::string_view::npos) {
      sql.remove_prefix(1);
    } else {
      return false;
    }
  }
  return true;
}

std::string connection_string(const std::filesystem::path& file) {
  const std::string name = std::filesystem::absolute(file).string();
  if (name.find('"') != std::string::npos) {
    throw Fault(FaultKind::Misuse,
                "'" + name + "': a database's path must not hold a double quote. Rename it.");
  }
  return "dbname=\"" + name + '"';
}

void check_path(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    throw Fault(FaultKind::Storage,
                "'" + file.string() + "' is a folder. Name a database file inside it.");
  }
  const auto folder = std::filesystem::absolute(file).parent_path();
  if (!std::filesystem::is_directory(folder, ignored)) {
    throw Fault(FaultKind::Storage, "cannot create '" + file.string() + "': there is no folder '" +
                                        folder.string() + "'. Create it, or name another file.");
  }
}

void read_row(sqlite3_stmt* statement, std::vector<Value>& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    const int column = static_cast<int>(i);
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER: row[i] = std::int64_t{sqlite3_column_int64(statement, column)}; break;
      case SQLITE_FLOAT: row[i] = sqlite3_column_double(statement, column); break;
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        if (auto* old = std::get_if<std::string>(&row[i])) {
          old->assign(text, size);
        } else {
          row[i].emplace<std::string>(text, size);
        }
        break;
      }
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        row[i] = Blob{bytes == nullptr ? std::vector<std::byte>{}
                                       : std::vector<std::byte>(bytes, bytes + size)};
        break;
      }
      default: row[i] = std::monostate{}; break;
    }
  }
}

struct Bind {
  sqlite3_stmt* statement;
  int at;
  // The values outlive the run, and Run clears the bindings: nothing is copied.
  int operator()(std::monostate) const { return sqlite3_bind_null(statement, at); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, at, number); }
  int operator()(double number) const { return sqlite3_bind_double(statement, at, number); }
  int operator()(const std::string& text) const {
    return sqlite3_bind_text64(statement, at, text.data(), text.size(), nullptr, SQLITE_UTF8);
  }
  int operator()(const Blob& blob) const {
    if (blob.bytes.empty()) return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob64(statement, at, blob.bytes.data(), blob.bytes.size(), nullptr);
  }
};

}  // namespace

struct Connection::Native {
  Native(const std::filesystem::path& path, Use what_for, Ownership& owners)
      : file(path), use(what_for), ownership(owners), guard(owners) {
    check_path(file);
    try {
      session.open(soci::sqlite3, connection_string(file));
    } catch (const soci::soci_error& error) {
      throw Fault(FaultKind::Storage, "cannot open '" + file.string() +
                                          "': " + error.get_error_message() +
                                          ". Check that the file and its folder may be written.");
    }
    handle = static_cast<soci::sqlite3_session_backend*>(session.get_backend())->conn_;
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, busy_timeout_ms);
    set_up();
    sqlite3_set_authorizer(handle, authorize, &guard);
  }

  ~Native() {
    statements.clear();
    // SOCI closes the connection.
  }

  // recursive_triggers stays off: on, a trigger that updates its own table would call itself in
  // databases that were written with the default. Fences and captures do not need it.
  void set_up() {
    if (use == Use::Write) {
      setting("PRAGMA journal_mode = WAL", "wal");
      if (sqlite3_db_readonly(handle, "main") != 0) {
        throw Fault(FaultKind::Storage, "'" + file.string() +
                                            "' is read-only. Give the process the right to write " +
                                            "the file and its folder.");
      }
    }
    setting("PRAGMA synchronous = FULL; PRAGMA synchronous", "2");
    setting("PRAGMA foreign_keys = ON; PRAGMA foreign_keys", "1");
    if (use == Use::Read) setting("PRAGMA query_only = ON; PRAGMA query_only", "1");
  }

  void setting(const char* sql, std::string_view wanted) {
    std::string got;
    const auto keep = [](void* out, int, char** values, char**) {
      static_cast<std::string*>(out)->assign(text_of(values[0]));
      return 0;
    };
    int code = sqlite3_exec(handle, sql, keep, &got, nullptr);
    // Two processes that create the file at once meet here, where SQLite does not wait by itself.
    for (int tries = 0; (code & 0xff) == SQLITE_BUSY && tries < most_tries; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      code = sqlite3_exec(handle, sql, keep, &got, nullptr);
    }
    if (code != SQLITE_OK) throw fault(Ownership::kKit, sql);
    if (got != wanted) {
      throw Fault(FaultKind::Storage, "'" + file.string() + "': `" + sql + "` gave '" + got +
                                          "' instead of '" + std::string(wanted) +
                                          "'. Is the file on a network file system?");
    }
  }

  Fault fault(std::size_t module, std::string_view sql) {
    const int code = sqlite3_extended_errcode(handle);
    const std::string message = sqlite3_errmsg(handle);
    if (guard.refusal()) return *guard.refusal();
    std::string text = "'" + file.filename().string() + "', ";
    text += module == Ownership::kKit ? "" : "module '" + ownership.rights(module).module + "', ";
    text += "`";
    text += sql;
    text += "`: " + message + ".";
    if ((code & 0xff) == SQLITE_CONSTRAINT) {
      if (message == "BANYAN_MOVED") return {FaultKind::Moved, text};
      return {FaultKind::Constraint, text, constraint_from(code, message)};
    }
    const auto explained = explain(code, message);
    if (!explained.next_step.empty()) text += ' ' + std::string(explained.next_step);
    return {explained.kind, text};
  }

  Fault misuse(std::size_t module, std::string_view sql, const std::string& problem) {
    return {FaultKind::Misuse, "module '" + ownership.rights(module).module + "', `" +
                                   std::string(sql) + "`: " + problem};
  }

  Statement& statement(std::size_t module, std::string_view sql) {
    guard.begin(module, sql);
    const auto found = statements.find(StatementRef{module, sql});
    if (found != statements.end()) return noted(module, sql, found->second);
    if (statements.size() >= most_cached_statements) statements.clear();
    Statement made = prepare(module, sql);
    auto& kept =
        statements.emplace(StatementKey{module, std::string(sql)}, std::move(made)).first->second;
    return noted(module, sql, kept);
  }

  // Once a second is enough to know what is still run.
  Statement& noted(std::size_t module, std::string_view sql, Statement& statement) {
    const SteadyTime now = system_clock().steady();
    if (now - statement.noted >= std::chrono::seconds(1)) {
      ownership.note(module, sql);
      statement.noted = now;
    }
    return statement;
  }

  Statement prepare(std::size_t module, std::string_view sql) {
    auto* const backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    Statement result{};
    result.backend.reset(backend->make_statement_backend());
    try {
      result.backend->prepare(std::string(sql), soci::details::st_repeatable_query);
    } catch (const soci::soci_error&) {
      throw fault(module, sql);
    }
    result.native = result.backend->stmt_;
    if (result.native == nullptr) throw misuse(module, sql, "there is no statement in it.");
    const std::size_t used = text_of(sqlite3_sql(result.native)).size();
    if (!says_nothing(sql.substr(used))) {
      throw misuse(module, sql,
                   "there is a second statement in the string, which would never run. Give each "
                   "its own call.");
    }
    settle();
    result.parameters = static_cast<std::size_t>(sqlite3_bind_parameter_count(result.native));
    result.columns = static_cast<std::size_t>(sqlite3_column_count(result.native));
    result.read_only = sqlite3_stmt_readonly(result.native) != 0;
    if (use == Use::Read && !result.read_only) {
      throw misuse(module, sql, "read() does not write. Use ModuleDatabase::write().");
    }
    result.row.resize(result.columns);
    ++prepared;
    return result;
  }

  void settle() {
    if (!guard.unsettled()) return;
    guard.settle([this](std::string_view name) { return is_table(name); });
  }

  bool is_table(std::string_view name) {
    sqlite3_stmt* look = nullptr;
    const char* const sql =
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 COLLATE NOCASE";
    if (sqlite3_prepare_v2(handle, sql, -1, &look, nullptr) != SQLITE_OK) return true;
    sqlite3_bind_text64(look, 1, name.data(), name.size(), nullptr, SQLITE_UTF8);
    const bool found = sqlite3_step(look) == SQLITE_ROW;
    sqlite3_finalize(look);
    return found;
  }

  void bind(Statement& statement, std::size_t module, std::string_view sql,
            std::span<const Value> values) {
    if (values.size() != statement.parameters) {
      throw misuse(module, sql,
                   "it has " + std::to_string(statement.parameters) + " parameter(s), and " +
                       std::to_string(values.size()) +
                       " value(s) were given. A name that stands twice is one parameter.");
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int code = std::visit(Bind{statement.native, static_cast<int>(i) + 1}, values[i]);
      if (code != SQLITE_OK) throw fault(module, sql);
    }
  }

  // Once a transaction is begun, nothing runs outside it: the database may have given it up.
  void check_transaction(std::size_t module, std::string_view sql) {
    if (begun && sqlite3_get_autocommit(handle) != 0) {
      throw Fault(FaultKind::Storage,
                  "module '" + ownership.rights(module).module + "', `" + std::string(sql) +
                      "`: an earlier failure made the database give up the transaction.");
    }
  }

  std::filesystem::path file;
  Use use;
  Ownership& ownership;
  StatementGuard guard;
  soci::session session;
  sqlite3* handle = nullptr;
  std::unordered_map<StatementKey, Statement, HashStatement, SameStatement> statements;
  std::uint64_t prepared = 0;
  bool begun = false;
  static constexpr int busy_timeout_ms = 1000;
  static constexpr int most_tries = 250;
};

Connection::Connection(const std::filesystem::path& file, Use use, Ownership& ownership)
    : native_(std::make_unique<Native>(file, use, ownership)) {}

Connection::~Connection() = default;

void Connection::query(std::size_t module, std::string_view sql, std::span<const Value> values,
                       std::size_t columns, std::size_t limit,
                       const std::function<void(Row)>& take) {
  native_->check_transaction(module, sql);
  Statement& statement = native_->statement(module, sql);
  if (columns != statement.columns) {
    throw native_->misuse(module, sql,
                          "it gives " + std::to_string(statement.columns) +
                              " column(s), and the call takes " + std::to_string(columns) +
                              ". Name one type for each column.");
  }
  const Run run(statement.native);
  native_->bind(statement, module, sql, values);
  std::size_t taken = 0;
  // A statement that writes (RETURNING) is always run to its end, which checks its constraints.
  while (taken < limit || !statement.read_only) {
    const int code = sqlite3_step(statement.native);
    if (code == SQLITE_DONE) break;
    if (code != SQLITE_ROW) throw native_->fault(module, sql);
    native_->settle();
    if (taken >= limit) continue;
    ++taken;
    read_row(statement.native, statement.row);
    take(statement.row);
  }
}

std::int64_t Connection::execute(std::size_t module, std::string_view sql,
                                 std::span<const Value> values) {
  native_->check_transaction(module, sql);
  Statement& statement = native_->statement(module, sql);
  if (statement.columns != 0) {
    throw native_->misuse(module, sql,
                          "it gives rows, which run() would drop. Use one() or all().");
  }
  const Run run(statement.native);
  native_->bind(statement, module, sql, values);
  if (sqlite3_step(statement.native) != SQLITE_DONE) throw native_->fault(module, sql);
  native_->settle();
  return statement.read_only ? 0 : sqlite3_changes64(native_->handle);
}

void Connection::begin_immediate() {
  command("BEGIN IMMEDIATE");
  native_->begun = true;
}

void Connection::begin_snapshot() {
  command("BEGIN");
  native_->begun = true;
}

void Connection::commit() {
  command("COMMIT");
  native_->begun = false;
}

void Connection::roll_back() noexcept {
  native_->begun = false;
  if (!in_transaction()) return;
  native_->guard.begin(Ownership::kKit, "ROLLBACK");
  sqlite3_exec(native_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(native_->handle) == 0; }

std::uint64_t Connection::prepared() const { return native_->prepared; }

}  // namespace banyan::sql
