// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/statement.hpp"

#include <sqlite3.h>

#include <cmath>

#include "banyan/sqlite/script.hpp"
#include "handle_fault.hpp"

namespace banyan::sqlite {
namespace {

std::string_view view_of(const char* text) { return text == nullptr ? "" : text; }

std::span<const std::byte> bytes(const void* data, int size) {
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

// SQLite takes a null pointer for NULL, also where the size is 0.
const char* data_of(std::string_view text) { return text.data() == nullptr ? "" : text.data(); }

}  // namespace

Statement::Statement(::sqlite3* connection, std::string_view sql) {
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(connection, data_of(sql), static_cast<int>(sql.size()),
                                      &statement_, &tail);
  if (code != SQLITE_OK) throw fault_of(connection, sql);
  if (statement_ == nullptr) throw Fault(FaultKind::Misuse, "there is no statement in it", sql);
  const auto used = static_cast<std::size_t>(tail - data_of(sql));
  if (skip_to_statement(sql, used) < sql.size()) {
    sqlite3_finalize(statement_);
    throw Fault(FaultKind::Misuse,
                "there is a second statement in the string, which would never run; give each its "
                "own call",
                sql);
  }
}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(owned_, other.owned_);
  return *this;
}

Statement::~Statement() {
  if (owned_) sqlite3_finalize(statement_);
}

Statement& Statement::check(int code) {
  if (code != SQLITE_OK) throw fault_of(sqlite3_db_handle(statement_), sql());
  return *this;
}

void Statement::refuse_number(int position) const {
  throw Fault(FaultKind::Misuse,
              "parameter " + std::to_string(position) +
                  " is a number that SQLite cannot keep (integers have 64 bits with sign, and NaN "
                  "would become NULL)",
              sql());
}

Statement& Statement::bind_integer(int position, std::int64_t number) {
  return check(sqlite3_bind_int64(statement_, position, number));
}

Statement& Statement::bind(int position, double number) {
  if (std::isnan(number)) refuse_number(position);
  return check(sqlite3_bind_double(statement_, position, number));
}

Statement& Statement::bind(int position, std::nullptr_t) {
  return check(sqlite3_bind_null(statement_, position));
}

Statement& Statement::bind(int position, std::string_view text) {
  return check(sqlite3_bind_text64(statement_, position, data_of(text), text.size(),
                                   SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::bind_view(int position, std::string_view text) {
  return check(sqlite3_bind_text64(statement_, position, data_of(text), text.size(), SQLITE_STATIC,
                                   SQLITE_UTF8));
}

Statement& Statement::bind(int position, std::span<const std::byte> blob) {
  if (blob.empty()) return check(sqlite3_bind_zeroblob(statement_, position, 0));
  return check(
      sqlite3_bind_blob64(statement_, position, blob.data(), blob.size(), SQLITE_TRANSIENT));
}

Statement& Statement::bind_view(int position, std::span<const std::byte> blob) {
  if (blob.empty()) return check(sqlite3_bind_zeroblob(statement_, position, 0));
  return check(sqlite3_bind_blob64(statement_, position, blob.data(), blob.size(), SQLITE_STATIC));
}

Statement& Statement::bind_from(int position, const Statement& row, int column) {
  return check(
      sqlite3_bind_value(statement_, position, sqlite3_column_value(row.statement_, column)));
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Fault fault = fault_of(sqlite3_db_handle(statement_), sql());
  reset();  // SQLite binds nothing to one that has failed: who keeps it could never use it again
  throw fault;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() noexcept { sqlite3_reset(statement_); }

void Statement::end_run() noexcept {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

ValueKind Statement::kind(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: return ValueKind::Integer;
    case SQLITE_FLOAT: return ValueKind::Real;
    case SQLITE_TEXT: return ValueKind::Text;
    case SQLITE_BLOB: return ValueKind::Blob;
    default: return ValueKind::Null;
  }
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string_view Statement::text_view(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

std::optional<std::string> Statement::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::span<const std::byte> Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return bytes(data, sqlite3_column_bytes(statement_, column));
}

std::span<const std::byte> Statement::utf16_bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return bytes(data, sqlite3_column_bytes16(statement_, column));
}

bool Statement::is_read_only() const noexcept { return sqlite3_stmt_readonly(statement_) != 0; }

int Statement::parameter_count() const noexcept { return sqlite3_bind_parameter_count(statement_); }

std::string_view Statement::parameter_name(int position) const noexcept {
  return view_of(sqlite3_bind_parameter_name(statement_, position));
}

int Statement::column_count() const noexcept { return sqlite3_column_count(statement_); }

std::string_view Statement::column_name(int column) const noexcept {
  return view_of(sqlite3_column_name(statement_, column));
}

std::string_view Statement::sql() const noexcept { return view_of(sqlite3_sql(statement_)); }

}  // namespace banyan::sqlite
