// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace banyan::test {

/// A program that knows nothing of this library, e.g. the sqlite3 shell.
class RawSqlite {
 public:
  explicit RawSqlite(const std::filesystem::path& file) {
    sqlite3_open(file.c_str(), &handle_);
    sqlite3_busy_timeout(handle_, 5000);
  }
  ~RawSqlite() { sqlite3_close(handle_); }
  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  /// The last value of the last row, as text; "" when there is none.
  std::string run(const std::string& sql) {
    std::string last;
    const auto keep = [](void* out, int columns, char** values, char**) {
      const char* value = values[columns - 1];
      static_cast<std::string*>(out)->assign(value == nullptr ? "" : value);
      return 0;
    };
    if (sqlite3_exec(handle_, sql.c_str(), keep, &last, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(handle_));
    }
    return last;
  }

 private:
  sqlite3* handle_ = nullptr;
};

}  // namespace banyan::test
