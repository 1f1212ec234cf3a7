// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// SQLite's own C interface with destructors: values pass from one file to another as
/// `sqlite3_value`, because every richer interface changes some of them on the way.
namespace banyan::mover {

/// What SQLite refused, and where. Caught at the library's edge, where it becomes an Error.
class SqliteFault : public std::runtime_error {
 public:
  SqliteFault(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  int code() const { return code_; }  ///< primary result code

 private:
  int code_;
};

class Query {
 public:
  Query(sqlite3* connection, std::string_view sql);

  Query& bind(int position, std::string_view text);
  Query& bind(int position, std::int64_t number);
  bool step();  ///< true: a row is there
  void run();   ///< to the end, then ready for the next run
  std::string text(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  sqlite3_stmt* get() const { return statement_.get(); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

enum class OpenMode { Read, Write, Create };

class Connection {
 public:
  /// Read refuses to change anything; Write and Create are set up for applying rows: no triggers,
  /// no foreign key actions, every commit durable. Throws SqliteFault.
  static Connection open(const std::filesystem::path& file, OpenMode mode,
                         std::chrono::milliseconds busy_wait = std::chrono::milliseconds(5000));
  static Connection in_memory();

  sqlite3* get() const { return connection_.get(); }
  const std::filesystem::path& file() const { return file_; }
  void run(const std::string& sql) const;  ///< one or several statements, results dropped
  Query query(std::string_view sql) const { return Query(connection_.get(), sql); }
  std::string text(std::string_view sql) const;  ///< first column of the first row, or ""
  std::int64_t number(std::string_view sql) const;
  bool in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
  void roll_back() noexcept;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
  std::filesystem::path file_;
};

}  // namespace banyan::mover
