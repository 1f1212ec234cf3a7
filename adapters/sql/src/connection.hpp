// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string_view>

#include "banyan/sql/session.hpp"

namespace banyan::sql {

/// One connection to one database, with its prepared statements, in terms that all engines share.
/// For one thread at a time.
class Connection {
 public:
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  virtual ~Connection() = default;

  /// Calls `take` for at most `limit` rows, then ends the statement. Values are moved from.
  virtual void query(std::size_t module, std::string_view sql, std::span<Value> values,
                     std::span<const Kind> columns, std::size_t limit,
                     const std::function<void(Row)>& take) = 0;
  /// Rows changed.
  virtual std::int64_t execute(std::size_t module, std::string_view sql,
                               std::span<Value> values) = 0;
  /// Like execute(); a broken constraint leaves the transaction as it was before.
  virtual std::expected<std::int64_t, Constraint> try_execute(std::size_t module,
                                                              std::string_view sql,
                                                              std::span<Value> values) = 0;

  virtual Engine engine() const = 0;
  virtual bool has_table(std::string_view name) = 0;

  /// False also when the database has given up the transaction by itself.
  virtual bool in_transaction() const = 0;
  virtual void commit() = 0;
  virtual void roll_back() noexcept = 0;  ///< also when nothing is open
};

}  // namespace banyan::sql
