// SPDX-License-Identifier: Apache-2.0
#include "sql/session.hpp"

#include "connection.hpp"

namespace banyan::sql {

void Session::query(std::string_view sql, const std::vector<Value>& values, std::size_t columns,
                    std::size_t limit, const std::function<void(Row)>& take) {
  connection_.query(module_, sql, values, columns, limit, take);
}

std::int64_t Session::execute(std::string_view sql, const std::vector<Value>& values) {
  return connection_.execute(module_, sql, values);
}

std::expected<std::int64_t, Constraint> Session::try_execute(std::string_view sql,
                                                             const std::vector<Value>& values) {
  try {
    return connection_.execute(module_, sql, values);
  } catch (const Fault& fault) {
    if (fault.kind() != FaultKind::Constraint || !connection_.in_transaction()) throw;
    return std::unexpected(*fault.constraint());
  }
}

}  // namespace banyan::sql
