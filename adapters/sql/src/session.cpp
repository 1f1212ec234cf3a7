// SPDX-License-Identifier: Apache-2.0
#include "banyan/sql/session.hpp"

#include "connection.hpp"

namespace banyan::sql {

void Session::query(std::string_view sql, std::span<Value> values, std::span<const Kind> columns,
                    std::size_t limit, const std::function<void(Row)>& take) {
  connection_.query(module_, sql, values, columns, limit, take);
}

Engine Session::engine() const { return connection_.engine(); }

bool Session::has_table(std::string_view name) { return connection_.has_table(name); }

std::int64_t Session::execute(std::string_view sql, std::span<Value> values) {
  return connection_.execute(module_, sql, values);
}

std::expected<std::int64_t, Constraint> Session::try_execute(std::string_view sql,
                                                             std::span<Value> values) {
  return connection_.try_execute(module_, sql, values);
}

}  // namespace banyan::sql
