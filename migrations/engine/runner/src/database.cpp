// SPDX-License-Identifier: Apache-2.0
#include "database.hpp"

#include <sqlite3.h>

#include <memory>

#include "statements.hpp"

namespace banyan::migrations {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

constexpr int busy_timeout_ms = 60'000;

std::string_view next_step(int code) {
  switch (code & 0xff) {
    case SQLITE_NOTADB: return "; the file is something else, name another one";
    case SQLITE_CORRUPT: return "; the file is damaged, restore a backup";
    case SQLITE_READONLY: return "; give the process the right to write the file and its folder";
    case SQLITE_CANTOPEN: return "; check that the file and its folder exist and may be written";
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "; another program holds the database, find it with `fuser FILE`";
    case SQLITE_FULL: return "; the disk is full, make room";
    default: return "";
  }
}

}  // namespace

Database::Database(const std::filesystem::path& file, Open how) {
  std::error_code ignored;
  if (how != Open::InMemory && std::filesystem::is_directory(file, ignored)) {
    throw DatabaseFault("it is a folder; name a database file inside it", std::nullopt);
  }
  const int flags = SQLITE_OPEN_READWRITE | (how == Open::Existing ? 0 : SQLITE_OPEN_CREATE);
  const std::string name = how == Open::InMemory ? ":memory:" : file.string();
  const int code = sqlite3_open_v2(name.c_str(), &handle_, flags, nullptr);
  try {
    if (code != SQLITE_OK) fail(std::nullopt);
    sqlite3_extended_result_codes(handle_, 1);
    sqlite3_busy_timeout(handle_, busy_timeout_ms);
    if (how == Open::Create && sqlite3_db_readonly(handle_, "main") == 1) {
      throw DatabaseFault(
          "it is read-only; give the process the right to write the file and its "
          "folder",
          std::nullopt);
    }
    if (how != Open::InMemory) {
      run_script(how == Open::Create ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
                                     : "PRAGMA synchronous = FULL; SELECT count(*) FROM "
                                       "sqlite_master");
    }
    run_script("PRAGMA foreign_keys = ON");
  } catch (...) {
    sqlite3_close(handle_);
    throw;
  }
}

Database::~Database() { sqlite3_close(handle_); }

void Database::fail(std::optional<std::size_t> statement_at) const {
  const int code = sqlite3_extended_errcode(handle_);
  std::string text = sqlite3_errmsg(handle_);
  text += next_step(code);
  const int within = sqlite3_error_offset(handle_);
  if (statement_at && within > 0) *statement_at += static_cast<std::size_t>(within);
  throw DatabaseFault(text, statement_at);
}

void Database::run_script(std::string_view sql) {
  std::size_t at = 0;
  // Behind blanks and comments, so that a failure names the line of the statement itself.
  while ((at = first_word_from(sql, at)) < sql.size()) {
    const char* tail = nullptr;
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(handle_, sql.data() + at, static_cast<int>(sql.size() - at),
                                        &raw, &tail);
    const Prepared statement(raw);
    if (code != SQLITE_OK) fail(at);
    if (statement) {
      int step = SQLITE_ROW;
      while (step == SQLITE_ROW) step = sqlite3_step(statement.get());
      if (step != SQLITE_DONE) fail(at);
    }
    at = static_cast<std::size_t>(tail - sql.data());
  }
}

std::vector<std::vector<std::string>> Database::rows(const std::string& sql,
                                                     const std::vector<std::string>& values) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) fail(std::nullopt);
  const Prepared statement(raw);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sqlite3_bind_text64(raw, static_cast<int>(i) + 1, values[i].data(), values[i].size(), nullptr,
                        SQLITE_UTF8);
  }
  std::vector<std::vector<std::string>> result;
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(raw)) == SQLITE_ROW) {
    auto& row = result.emplace_back();
    for (int i = 0; i < sqlite3_column_count(raw); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, i));
      row.emplace_back(text == nullptr ? "" : text);
    }
  }
  if (step != SQLITE_DONE) fail(std::nullopt);
  return result;
}

bool Database::has_table(const std::string& name) {
  return !rows("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", {name}).empty();
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run_script("ROLLBACK");
  } catch (const DatabaseFault&) {
    // The failure that is on its way has ended the transaction already.
    return;
  }
}

void Transaction::commit() {
  database_.run_script("COMMIT");
  open_ = false;
}

}  // namespace banyan::migrations
