// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ownership.hpp"
#include "sql/value.hpp"

namespace banyan::sql {

/// One connection to one file, with its prepared statements: the only class that knows SOCI and
/// SQLite (sqlite_native.cpp). SOCI opens and owns the connection and the prepared statements;
/// values go in and out by SQLite's own functions, because SOCI's exchange converts silently
/// between kinds and writes an empty blob as NULL. For one thread at a time.
class Connection {
 public:
  enum class Use : std::uint8_t { Read, Write };
  using Row = std::span<const Value>;
  static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);

  /// Throws Fault, see SharedDatabase.
  Connection(const std::filesystem::path& file, Use use, Ownership& ownership);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Calls `take` for at most `limit` rows of `columns` values, then ends the statement.
  void query(std::size_t module, std::string_view sql, std::span<const Value> values,
             std::size_t columns, std::size_t limit, const std::function<void(Row)>& take);
  /// Rows changed.
  std::int64_t execute(std::size_t module, std::string_view sql, std::span<const Value> values);

  /// The kit's own statements.
  void command(std::string_view sql) { execute(Ownership::kit, sql, {}); }
  void begin_immediate();  ///< Fault{Busy} after the busy time-out
  void begin_snapshot();
  void commit();
  void roll_back() noexcept;  ///< also when nothing is open

  /// False also when the database has given up the transaction by itself.
  bool in_transaction() const;

  /// Statements prepared so far: what the cache is for.
  std::uint64_t prepared() const;

 private:
  struct Native;
  std::unique_ptr<Native> native_;
};

}  // namespace banyan::sql
