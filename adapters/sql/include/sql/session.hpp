// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sql/fault.hpp"
#include "sql/value.hpp"

namespace banyan::sql {

class Connection;  // src/: what a session runs on

/// What a repository sees inside ModuleDatabase::read() and write(): statements with parameters.
///
///     auto row = session.one<std::string, std::int64_t>(
///         "SELECT state, total FROM orders WHERE id = :id", id);
///     if (!row) return fail(…);
///     auto [state, total] = *row;
///
/// Parameters bind by position, from left to right, and are written `:name` for readers; a name
/// that stands twice is one parameter. A wrong number of parameters or columns, two statements in
/// one string, and a value that does not fit its C++ type are Faults. Every statement is checked
/// against the module's tables when it is first prepared, and cached; each runs to its end, so
/// nothing stays open. Integers have 64 bits; NULL is read and written through std::optional.
/// Valid only inside the body that got it, on that thread.
class Session {
 public:
  Session(Connection& connection, std::size_t module) : connection_(connection), module_(module) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// The first row, or nothing.
  template <class... Row, class... Args>
  std::optional<std::tuple<Row...>> one(std::string_view sql, const Args&... args) {
    std::optional<std::tuple<Row...>> result;
    select<Row...>(sql, pack(args...), 1,
                   [&result](std::tuple<Row...> row) { result = std::move(row); });
    return result;
  }

  /// The first column of the first row, or nothing: `value<std::int64_t>("SELECT count(*) …")`.
  template <class T, class... Args>
  std::optional<T> value(std::string_view sql, const Args&... args) {
    auto row = one<T>(sql, args...);
    if (!row) return std::nullopt;
    return std::get<0>(*std::move(row));
  }

  template <class... Row, class... Args>
  std::vector<std::tuple<Row...>> all(std::string_view sql, const Args&... args) {
    std::vector<std::tuple<Row...>> result;
    select<Row...>(sql, pack(args...), no_limit,
                   [&result](std::tuple<Row...> row) { result.push_back(std::move(row)); });
    return result;
  }

  /// Rows changed by an INSERT, UPDATE or DELETE. A broken constraint is a Fault.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    return execute(sql, pack(args...));
  }

  /// Like run(), for a statement whose constraints are part of the rules: the broken constraint
  /// is the answer, the statement has changed nothing, and the unit of work goes on.
  template <class... Args>
  std::expected<std::int64_t, Constraint> try_run(std::string_view sql, const Args&... args) {
    return try_execute(sql, pack(args...));
  }

 private:
  static constexpr std::size_t no_limit = static_cast<std::size_t>(-1);
  using Row = std::span<const Value>;

  template <class... Args>
  static std::vector<Value> pack(const Args&... args) {
    std::vector<Value> values;
    values.reserve(sizeof...(args));
    (values.push_back(to_value(args)), ...);
    return values;
  }

  template <class... Columns, class Take>
  void select(std::string_view sql, const std::vector<Value>& values, std::size_t limit,
              Take take) {
    static_assert(sizeof...(Columns) > 0, "name the columns' types: one<std::string, …>(…)");
    query(sql, values, sizeof...(Columns), limit, [&take](Row row) {
      take(read_row<Columns...>(row, std::index_sequence_for<Columns...>{}));
    });
  }

  template <class... Columns, std::size_t... At>
  static std::tuple<Columns...> read_row(Row row, std::index_sequence<At...>) {
    return {Column<Columns>::read(row[At])...};
  }

  void query(std::string_view sql, const std::vector<Value>& values, std::size_t columns,
             std::size_t limit, const std::function<void(Row)>& take);
  std::int64_t execute(std::string_view sql, const std::vector<Value>& values);
  std::expected<std::int64_t, Constraint> try_execute(std::string_view sql,
                                                      const std::vector<Value>& values);

  Connection& connection_;
  std::size_t module_;
};

}  // namespace banyan::sql
