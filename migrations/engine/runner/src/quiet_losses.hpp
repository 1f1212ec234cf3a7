// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "banyan/sqlite/authorizer.hpp"
#include "banyan/sqlite/connection.hpp"

namespace banyan::migrations {

/// What a script's statement takes from tables that it does not name: where a row takes another
/// one's place (REPLACE), SQLite deletes that one first, and ON DELETE says what becomes of the
/// rows that refer to it. A DELETE says by itself that it deletes, and is left alone. Rows of the
/// same table that refer to each other are not looked at.
class QuietLosses {
 public:
  explicit QuietLosses(const sqlite::Connection& database) : database_(database) {}

  /// To be told of what each statement would do, while it is prepared; questions do not count.
  void note(const sqlite::AccessRequest& request);
  /// The statement that was noted runs now. Counts what it may take, if it may take anything.
  void begin(int line);

  struct Loss {
    int line;
    std::string what;
  };
  /// What the statement that began last has taken; it has run.
  std::optional<Loss> found();

 private:
  struct Watched {
    std::string table;
    std::string on_delete;  ///< "CASCADE", "SET NULL", "SET DEFAULT"
    std::string count;      ///< the SQL
    std::int64_t before;
  };
  std::vector<Watched> tables_that_refer(const std::string& table) const;
  bool is_noted(sqlite::Action action, const std::string& table) const;

  const sqlite::Connection& database_;
  std::vector<std::pair<sqlite::Action, std::string>> noted_;  ///< the statement's own first
  int line_ = 0;
  std::string written_;  ///< the table that the statement names
  std::vector<Watched> watched_;
};

}  // namespace banyan::migrations
