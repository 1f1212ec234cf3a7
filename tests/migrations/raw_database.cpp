// SPDX-License-Identifier: Apache-2.0
#include "raw_database.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cstdlib>
#include <cstring>

namespace banyan::mover::testing {

TempFolder::TempFolder() {
  // In memory where possible: these tests wait for the disk otherwise, and kill processes only.
  const std::filesystem::path memory = "/dev/shm";
  const auto base =
      ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (base / "banyan_mover_XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RawDatabase::RawDatabase(const std::filesystem::path& file) {
  sqlite3_open(file.c_str(), &connection_);
  sqlite3_busy_timeout(connection_, 5000);
}

RawDatabase::~RawDatabase() { sqlite3_close_v2(connection_); }

std::string RawDatabase::try_run(const std::string& sql) {
  char* message = nullptr;
  const int code = sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, &message);
  const std::string said = message == nullptr ? (code == SQLITE_OK ? "" : "failed") : message;
  sqlite3_free(message);
  return said;
}

void RawDatabase::run(const std::string& sql) { EXPECT_EQ(try_run(sql), "") << sql; }

std::string RawDatabase::text(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return std::string("error: ") + sqlite3_errmsg(connection_);
  }
  std::string value;
  if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL) {
    value = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  }
  sqlite3_finalize(statement);
  return value;
}

std::int64_t RawDatabase::number(const std::string& sql) {
  const std::string value = text(sql);
  return value.empty() ? 0 : std::strtoll(value.c_str(), nullptr, 10);
}

std::vector<std::string> RawDatabase::exactly(const std::string& sql) {
  std::vector<std::string> rows;
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(connection_);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const int type = sqlite3_column_type(statement, i);
      row += std::to_string(type) + ":";
      if (type == SQLITE_INTEGER) {
        row += std::to_string(sqlite3_column_int64(statement, i));
      } else if (type == SQLITE_FLOAT) {
        row += std::to_string(std::bit_cast<std::uint64_t>(sqlite3_column_double(statement, i)));
      } else if (type != SQLITE_NULL) {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
        const int size = sqlite3_column_bytes(statement, i);
        if (size > 0) row.append(bytes, static_cast<std::size_t>(size));
      }
      row += "|";
    }
    rows.push_back(row);
  }
  sqlite3_finalize(statement);
  return rows;
}

}  // namespace banyan::mover::testing
