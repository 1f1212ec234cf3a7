// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

struct sqlite3;

namespace banyan::migrations {

/// SQLite said no. `offset` is where in the script, when it is known.
struct DatabaseFault : std::runtime_error {
  DatabaseFault(const std::string& what, std::optional<std::size_t> where)
      : std::runtime_error(what), offset(where) {}
  std::optional<std::size_t> offset;
};

/// A connection that runs whole scripts; the sessions of adapters/sql take one statement at a
/// time on purpose.
class Database {
 public:
  enum class Open { Create, Existing, InMemory };
  /// Throws DatabaseFault.
  Database(const std::filesystem::path& file, Open how);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs every statement. Throws DatabaseFault at the first that fails.
  void run_script(std::string_view sql);
  /// One statement with text parameters; rows as text, NULL as "".
  std::vector<std::vector<std::string>> rows(const std::string& sql,
                                             const std::vector<std::string>& values = {});
  bool has_table(const std::string& name);

 private:
  [[noreturn]] void fail(std::optional<std::size_t> statement_at) const;
  sqlite3* handle_ = nullptr;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when commit() was not reached.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {
    database_.run_script("BEGIN IMMEDIATE");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace banyan::migrations
