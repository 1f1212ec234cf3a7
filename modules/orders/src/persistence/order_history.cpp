// SPDX-License-Identifier: Apache-2.0
#include "persistence/order_history.hpp"

#include "persistence/columns.hpp"
#include "sql/session.hpp"

namespace orders {

using banyan::Timestamp;

bool OrderHistory::has_own_table() {
  if (!own_table_) own_table_ = session_.has_table("order_history");
  return *own_table_;
}

void OrderHistory::write(const OrderId& id, OrderState state, Timestamp at) {
  if (has_own_table()) {
    session_.run("INSERT INTO order_history (order_id, what, at) VALUES (:order, :what, :at)", id,
                 state, at);
    return;
  }
  session_.run(
      "INSERT INTO activity (module, subject, what, item, quantity, at)"
      " VALUES ('orders', :order, :what, '', 0, :at)",
      id, state, at);
}

std::vector<HistoryEntry> OrderHistory::of(const OrderId& id) {
  // The states stand in the order in which an order can enter them.
  auto rows = has_own_table()
                  ? session_.all<OrderState, Timestamp>(
                        "SELECT what, at FROM order_history WHERE order_id = :order", id)
                  : session_.all<OrderState, Timestamp>(
                        "SELECT what, at FROM activity"
                        " WHERE module = 'orders' AND subject = :order",
                        id);
  std::vector<HistoryEntry> entries;
  for (std::size_t rank = 0; rank < kWords<OrderState>.size(); ++rank) {
    for (const auto& [state, at] : rows) {
      if (static_cast<std::size_t>(state) == rank) {
        entries.push_back({std::string(kWords<OrderState>.at(rank)), at});
      }
    }
  }
  return entries;
}

}  // namespace orders
