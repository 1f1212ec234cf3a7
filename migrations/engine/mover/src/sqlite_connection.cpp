// SPDX-License-Identifier: Apache-2.0
#include "sqlite_connection.hpp"

namespace banyan::mover {
namespace {

[[noreturn]] void refuse(sqlite3* connection, int code, std::string_view doing) {
  std::string message(sqlite3_errmsg(connection));
  if (!doing.empty()) message += " (in: " + std::string(doing.substr(0, 200)) + ")";
  throw SqliteFault(code & 0xff, message);
}

}  // namespace

Query::Query(sqlite3* connection, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  statement_.reset(statement);
  if (code != SQLITE_OK) refuse(connection, code, sql);
}

Query& Query::bind(int position, std::string_view text) {
  sqlite3_bind_text(get(), position, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  return *this;
}

Query& Query::bind(int position, std::int64_t number) {
  sqlite3_bind_int64(get(), position, number);
  return *this;
}

bool Query::step() {
  const int code = sqlite3_step(get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* connection = sqlite3_db_handle(get());
  const char* sql = sqlite3_sql(get());
  refuse(connection, code, sql == nullptr ? "" : sql);
}

void Query::run() {
  while (step()) {
  }
  sqlite3_reset(get());
}

std::string Query::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(get(), column))};
}

Connection Connection::open(const std::filesystem::path& file, OpenMode mode,
                            std::chrono::milliseconds busy_wait) {
  // Reading opens for writing too: only so can SQLite roll back what a killed writer left behind.
  const int flags = SQLITE_OPEN_READWRITE | (mode == OpenMode::Create ? SQLITE_OPEN_CREATE : 0);
  Connection opened;
  opened.file_ = file;
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &connection, flags, nullptr);
  opened.connection_.reset(connection);
  if (code != SQLITE_OK) refuse(connection, code, "");
  sqlite3_busy_timeout(connection, static_cast<int>(busy_wait.count()));
  if (mode == OpenMode::Read) {
    opened.run("PRAGMA query_only = ON");
  } else {
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    // EXTRA: the removal of a rollback journal is durable too, or a power failure after the switch
    // could roll the destination back.
    opened.run("PRAGMA foreign_keys = OFF; PRAGMA synchronous = EXTRA; PRAGMA cache_size = -65536");
  }
  opened.number("SELECT count(*) FROM sqlite_master");  // "file is not a database" comes here
  return opened;
}

Connection Connection::in_memory() {
  Connection opened;
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  opened.connection_.reset(connection);
  if (code != SQLITE_OK) refuse(connection, code, "");
  return opened;
}

void Connection::run(const std::string& sql) const {
  const int code = sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) refuse(get(), code, sql);
}

std::string Connection::text(std::string_view sql) const {
  Query asked = query(sql);
  return asked.step() ? asked.text(0) : std::string();
}

std::int64_t Connection::number(std::string_view sql) const {
  Query asked = query(sql);
  return asked.step() ? asked.number(0) : 0;
}

void Connection::roll_back() noexcept {
  if (get() != nullptr && in_transaction()) {
    sqlite3_exec(get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace banyan::mover
