// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sql/fault.hpp"
#include "ownership.hpp"

namespace banyan::sql {

/// What a statement does, as the database's authorizer reports it.
enum class Access : std::uint8_t {
  Calculates,  ///< SELECT itself, functions: no table
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
  bool allows(Access access, std::string_view table, std::string_view via);

  /// The refusal of the current statement, if there was one.
  std::optional<Fault> refusal() const;

  /// Judges what is read, once names can be looked up: views and CTEs are reported like tables,
  /// and only the tables behind them count. To be called after the statement was prepared and
  /// after each step, since the database prepares again when the schema changed.
  /// Throws Fault{Ownership}.
  void settle(const std::function<bool(std::string_view)>& is_table);
  bool unsettled() const { return !reads_.empty(); }
  /// Whether the current statement, prepared and settled, touches what its module does not own.
  bool crosses() const { return crosses_; }

 private:
  const std::string& module_name() const;
  bool forbid(const std::string& why);
  bool judge(const Violation& violation);

  Ownership& ownership_;
  std::size_t module_ = Ownership::kKit;
  std::string_view sql_;
  std::optional<Fault> refusal_;
  std::vector<Violation> reads_;
  bool crosses_ = false;
};

}  // namespace banyan::sql
