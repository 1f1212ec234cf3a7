// SPDX-License-Identifier: Apache-2.0
#include "persistence/order_rows.hpp"

#include "banyan/sql/session.hpp"
#include "persistence/columns.hpp"

namespace orders {

bool insert_order(banyan::sql::Session& session, const Order::Data& order) {
  const auto done = session.try_run(
      "INSERT INTO orders (id, customer_id, state, stage, cancel_reason, cancelled_for,"
      " total_minor, tax_minor, tax_rate, currency, payment_method, country, placed_at, "
      "changed_at) VALUES"
      " (:id, :customer, :state, :stage, :reason, :full_reason, :total, :tax, :rate, :currency,"
      " :method, :country, :placed, :changed)",
      order.id, order.customer, coarse(order.state), order.state, coarse(order.cancel_reason),
      order.cancel_reason, order.total.minor_units, order.tax.minor_units,
      order.tax_rate.hundredths, order.total.currency, order.payment_method, order.country,
      order.placed_at, order.changed_at);
  if (!done) {
    if (done.error().kind == banyan::sql::ConstraintKind::Unique) return false;
    throw banyan::sql::Fault(banyan::sql::FaultKind::Constraint,
                             "orders: " + to_string(done.error()), done.error());
  }
  std::int64_t position = 0;
  for (const OrderLine& line : order.lines) {
    session.run(
        "INSERT INTO order_lines (order_id, position, track_id, title, quantity,"
        " unit_price_minor) VALUES (:order, :position, :track, :title, :quantity, :price)",
        order.id, position++, line.track, line.title, line.quantity, line.unit_price.minor_units);
  }
  return true;
}

std::vector<OrderLine> lines_of(banyan::sql::Session& session, const OrderId& order,
                                const std::string& currency) {
  std::vector<OrderLine> lines;
  for (auto& [track, title, quantity, price] :
       session.all<TrackId, std::string, std::int64_t, std::int64_t>(
           "SELECT track_id, title, quantity, unit_price_minor FROM order_lines"
           " WHERE order_id = :id ORDER BY position",
           order)) {
    lines.push_back({std::move(track), std::move(title), quantity, {price, currency}});
  }
  return lines;
}

}  // namespace orders
