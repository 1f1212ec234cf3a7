// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// As much of SQLite as a store of a few rows needs: one connection, used by one thread at a time.
/// The control store is no module's database, so it does without the unit of work of adapters/sql.
namespace banyan::strangler::sqlite {

/// What SQLite refused, with its primary result code (SQLITE_BUSY …).
struct Fault : std::runtime_error {
  Fault(int result, const std::string& message) : std::runtime_error(message), code(result) {}
  int code;
};

class Connection {
 public:
  enum class Access : std::uint8_t { Read, ReadWrite, Create };
  Connection(const std::string& file, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void run(const char* sql);
  std::int64_t number(const char* sql);
  std::string text(const char* sql);
  sqlite3* handle() const { return handle_; }

 private:
  sqlite3* handle_ = nullptr;
};

class Statement {
 public:
  Statement(Connection& connection, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Parameters in the order of the statement.
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);

  /// True while there is a row.
  bool step();
  std::int64_t number(int column) const;
  std::string text(int column) const;

 private:
  [[noreturn]] void refuse() const;

  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

/// Rolled back unless committed.
class Transaction {
 public:
  Transaction(Connection& connection, const char* begin);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace banyan::strangler::sqlite
