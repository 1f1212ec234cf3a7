// SPDX-License-Identifier: Apache-2.0
#include "data/sqlite_reader.hpp"

#include <sqlite3.h>

namespace recordshop {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

}  // namespace

std::int64_t ReaderRow::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double ReaderRow::real(int column) const { return sqlite3_column_double(statement_, column); }

std::string ReaderRow::text(int column) const { return maybe_text(column).value_or(""); }

std::optional<std::string> ReaderRow::maybe_text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return std::nullopt;
  return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

SqliteReader::SqliteReader(const std::filesystem::path& file) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) {
    throw ReadFault(handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  }
}

void SqliteReader::each(std::string_view sql, const std::function<void(const ReaderRow&)>& take) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()), &prepared,
                         nullptr) != SQLITE_OK) {
    throw ReadFault(sqlite3_errmsg(handle_.get()));
  }
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(prepared);
  int code = sqlite3_step(prepared);
  for (; code == SQLITE_ROW; code = sqlite3_step(prepared)) take(ReaderRow(prepared));
  if (code != SQLITE_DONE) throw ReadFault(sqlite3_errmsg(handle_.get()));
}

std::int64_t SqliteReader::count(std::string_view sql) {
  std::int64_t result = 0;
  each(sql, [&result](const ReaderRow& row) { result = row.integer(0); });
  return result;
}

void SqliteReader::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

}  // namespace recordshop
