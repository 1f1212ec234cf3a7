// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "banyan/sql/data_source.hpp"
#include "banyan/sql/fault.hpp"
#include "banyan/sql/value.hpp"

namespace banyan::sql {

class Connection;  // src/: what a session runs on

/// One row of an answer: its values in the order of the columns, valid until the next row.
using Row = std::span<const Value* const>;

/// What a repository sees inside ModuleDatabase::read() and write(): statements with parameters,
/// the same text for every engine.
///
///     auto row = session.one<std::string, std::int64_t>(
///         "SELECT state, total FROM orders WHERE id = :id", id);
///     if (!row) return fail(…);
///     auto [state, total] = *row;
///
/// Parameters bind by position, from left to right, and are written `:name` for readers; a name
/// that stands twice is one parameter. A wrong number of parameters or columns, two statements in
/// one string, and a value that does not fit its C++ type are Faults. Every statement is checked
/// against the module's tables, is prepared once for each connection, and runs to its end, so
/// nothing stays open. Integers have 64 bits; NULL is read and written through std::optional; text
/// holds no U+0000. Valid only inside the body that got it, on that thread.
class Session {
 public:
  Session(Connection& connection, std::size_t module) : connection_(connection), module_(module) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Whose SQL it is, for the few statements that have to differ.
  Engine engine() const;

  /// Is there a table of this name, among those that the module can reach? For code that works
  /// before and after a migration. Costs a look at the catalogue.
  bool has_table(std::string_view name);

  /// The first row, or nothing.
  template <class... Columns, class... Args>
  std::optional<std::tuple<Columns...>> one(std::string_view sql, const Args&... args) {
    std::optional<std::tuple<Columns...>> result;
    select<Columns...>(
        sql, 1, [&result](std::tuple<Columns...> row) { result = std::move(row); }, args...);
    return result;
  }

  /// The first column of the first row, or nothing: `value<std::int64_t>("SELECT count(*) …")`.
  template <class T, class... Args>
  std::optional<T> value(std::string_view sql, const Args&... args) {
    auto row = one<T>(sql, args...);
    if (!row) return std::nullopt;
    return std::get<0>(*std::move(row));
  }

  template <class... Columns, class... Args>
  std::vector<std::tuple<Columns...>> all(std::string_view sql, const Args&... args) {
    std::vector<std::tuple<Columns...>> result;
    select<Columns...>(
        sql, kNoLimit, [&result](std::tuple<Columns...> row) { result.push_back(std::move(row)); },
        args...);
    return result;
  }

  /// Rows changed by an INSERT, UPDATE or DELETE. A broken constraint is a Fault.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    auto values = pack(args...);
    return execute(sql, values);
  }

  /// Like run(), for a statement whose constraints are part of the rules: the broken constraint
  /// is the answer, the statement has changed nothing, and the unit of work goes on.
  template <class... Args>
  std::expected<std::int64_t, Constraint> try_run(std::string_view sql, const Args&... args) {
    auto values = pack(args...);
    return try_execute(sql, values);
  }

 private:
  static constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);

  template <class... Args>
  static std::array<Value, sizeof...(Args)> pack(const Args&... args) {
    return {to_value(args)...};
  }

  template <class... Columns, class Take, class... Args>
  void select(std::string_view sql, std::size_t limit, Take take, const Args&... args) {
    static_assert(sizeof...(Columns) > 0, "name the columns' types: one<std::string, …>(…)");
    static constexpr std::array<Kind, sizeof...(Columns)> kinds = {Column<Columns>::kind...};
    auto values = pack(args...);
    query(sql, values, kinds, limit, [&take](Row row) {
      take(read_row<Columns...>(row, std::index_sequence_for<Columns...>{}));
    });
  }

  template <class... Columns, std::size_t... At>
  static std::tuple<Columns...> read_row(Row row, std::index_sequence<At...>) {
    return {Column<Columns>::read(*row[At])...};
  }

  void query(std::string_view sql, std::span<Value> values, std::span<const Kind> columns,
             std::size_t limit, const std::function<void(Row)>& take);
  std::int64_t execute(std::string_view sql, std::span<Value> values);
  std::expected<std::int64_t, Constraint> try_execute(std::string_view sql,
                                                      std::span<Value> values);

  Connection& connection_;
  std::size_t module_;
};

}  // namespace banyan::sql
