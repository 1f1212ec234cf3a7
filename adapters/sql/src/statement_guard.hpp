// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ownership.hpp"
#include "sql/fault.hpp"

namespace banyan::sql {

/// What a statement does, as the database's authorizer reports it.
enum class Access : std::uint8_t {
  Calculates,        ///< SELECT itself, functions: no table
  Reads,
  Inserts,
  Updates,
  Deletes,
  Controls,  ///< BEGIN, SAVEPOINT, ATTACH, PRAGMA
  Defines    ///< CREATE, DROP, ALTER …
};

/// Decides, while a statement is prepared, what its module may touch. One for each connection.
class StatementGuard {
 public:
  explicit StatementGuard(Ownership& ownership) : ownership_(ownership) {}

  /// The statement that is prepared or run from now on. `sql` outlives it.
  void begin(std::size_t module, std::string_view sql);

  /// True: allowed. Called again by the database when the schema changed under a statement.
  bool allows(Access access, std::string_view table, std::string_view column,
              std::string_view via);

  /// The refusal of the current statement, if there was one.
  std::optional<Fault> refusal() const;

  /// `SELECT count(*) FROM t` names a table without a column; so does a query over a CTE or a
  /// view of that name. Tells which of them are tables, once they can be looked up.
  /// Throws Fault{Ownership}.
  void settle(const std::function<bool(std::string_view)>& is_table);
  bool unsettled() const { return !whole_tables_.empty(); }

 private:
  bool judge(Violation violation);

  Ownership& ownership_;
  std::size_t module_ = Ownership::kit;
  std::string_view sql_;
  std::optional<Fault> refusal_;
  std::vector<Violation> whole_tables_;
};

}  // namespace banyan::sql
