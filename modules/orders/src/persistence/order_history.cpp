// SPDX-License-Identifier: Apache-2.0
#include "persistence/order_history.hpp"

#include <array>

#include "banyan/sql/session.hpp"
#include "persistence/columns.hpp"

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
  // In the order in which an order can enter its states; the version before said "confirmed".
  constexpr std::array<std::string_view, 8> kOrder = {
      "placed", "reserved", "confirmed", "paid", "shipped", "delivered", "cancelled", "returned"};
  auto rows = has_own_table()
                  ? session_.all<std::string, Timestamp>(
                        "SELECT what, at FROM order_history WHERE order_id = :order", id)
                  : session_.all<std::string, Timestamp>(
                        "SELECT what, at FROM activity"
                        " WHERE module = 'orders' AND subject = :order",
                        id);
  std::vector<HistoryEntry> entries;
  for (const std::string_view word : kOrder) {
    for (const auto& [what, at] : rows) {
      if (what == word) entries.push_back({what, at});
    }
  }
  return entries;
}

}  // namespace orders
