// SPDX-License-Identifier: Apache-2.0
#include "sqlite.hpp"

#include <sqlite3.h>

namespace banyan::strangler::sqlite {
namespace {

constexpr int kBusyMilliseconds = 5'000;

[[noreturn]] void fault(sqlite3* handle) {
  throw Fault(sqlite3_errcode(handle) & 0xFF, sqlite3_errmsg(handle));
}

int flags(Connection::Access access) {
  switch (access) {
    case Connection::Access::Read: return SQLITE_OPEN_READONLY;
    case Connection::Access::ReadWrite: return SQLITE_OPEN_READWRITE;
    case Connection::Access::Create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
  return SQLITE_OPEN_READONLY;
}

}  // namespace

Connection::Connection(const std::string& file, Access access) {
  const int result =
      sqlite3_open_v2(file.c_str(), &handle_, flags(access) | SQLITE_OPEN_NOMUTEX, nullptr);
  if (result != SQLITE_OK) {
    const Fault cause(result & 0xFF,
                      handle_ != nullptr ? sqlite3_errmsg(handle_) : "out of memory");
    sqlite3_close_v2(handle_);
    throw cause;
  }
  sqlite3_busy_timeout(handle_, kBusyMilliseconds);
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::run(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fault(handle_);
}

std::int64_t Connection::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Connection::text(const char* sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}

Statement::Statement(Connection& connection, const char* sql) {
  if (sqlite3_prepare_v2(connection.handle(), sql, -1, &handle_, nullptr) != SQLITE_OK) {
    fault(connection.handle());
  }
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::refuse() const { fault(sqlite3_db_handle(handle_)); }

Statement& Statement::bind(std::int64_t value) {
  if (sqlite3_bind_int64(handle_, ++bound_, value) != SQLITE_OK) refuse();
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  if (sqlite3_bind_text64(handle_, ++bound_, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK) {
    refuse();
  }
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(handle_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  refuse();
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(handle_, column); }

std::string Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(handle_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Transaction::Transaction(Connection& connection, const char* begin) : connection_(connection) {
  connection_.run(begin);
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.run("COMMIT");
  open_ = false;
}

}  // namespace banyan::strangler::sqlite
