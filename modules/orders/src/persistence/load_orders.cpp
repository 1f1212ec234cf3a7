// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "application/names/names_builder.hpp"
#include "banyan/sql/module_database.hpp"
#include "orders/module.hpp"
#include "persistence/columns.hpp"
#include "persistence/order_history.hpp"
#include "persistence/order_rows.hpp"
#include "persistence/sql_names.hpp"

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;
using banyan::sql::Session;

Result<Order> finished(const OrderRecord& record) {
  Result<Order> order =
      Order::place(record.id, record.customer, record.lines, {}, record.placed_at);
  if (!order) return order;
  Result<void> done = order->reserve(record.placed_at);
  if (record.state == OrderState::Delivered) {
    done = order->pay(record.placed_at);
    if (done) done = order->ship(record.placed_at);
    if (done) done = order->deliver(record.placed_at);
  } else if (record.state == OrderState::Cancelled) {
    done = order->cancel(CancelReason::ByCustomer, record.placed_at);
  } else {
    return fail(ErrorCode::InvalidArgument, "orders.unfinished",
                "order " + record.id.str() + " is neither delivered nor cancelled");
  }
  if (!done) return fail(std::move(done.error()));
  return order;
}

bool is_stored(Session& session, const OrderRecord& record) {
  const auto row =
      session.one<CustomerId, std::string, std::string, std::string, banyan::Timestamp>(
          "SELECT customer_id, state, stage, currency, placed_at FROM orders WHERE id = :id",
          record.id);
  if (!row) return false;
  const auto& [customer, state, stage, currency, placed_at] = *row;
  return customer == record.customer && state_from(state, stage) == record.state &&
         placed_at == record.placed_at && lines_of(session, record.id, currency) == record.lines;
}

}  // namespace

Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                  std::span<const OrderRecord> records) {
  std::vector<Order> past;
  past.reserve(records.size());
  for (const OrderRecord& record : records) {
    Result<Order> order = finished(record);
    if (!order) return fail(std::move(order.error()));
    past.push_back(*std::move(order));
  }
  return database.write(context, [&past](Session& session) -> Result<void> {
    OrderHistory history(session);
    for (const Order& order : past) {
      if (!insert_order(session, order.data())) {
        return fail(ErrorCode::AlreadyExists, "orders.already_loaded",
                    "there is an order " + order.data().id.str() +
                        " already; nothing of this batch was loaded. Load into a new database.");
      }
      history.write(order.data().id, OrderState::Placed, order.data().placed_at);
      history.write(order.data().id, order.data().state, order.data().changed_at);
    }
    return {};
  });
}

bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const OrderRecord> records) {
  return database.read(context, [records](Session& session) {
    return std::ranges::all_of(
        records, [&session](const OrderRecord& record) { return is_stored(session, record); });
  });
}

Result<void> ask_for_names(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                           const banyan::Asked& asked, banyan::Timestamp now) {
  return database.write(context, [&](Session& session) -> Result<void> {
    SqlNames names(session);
    ask_for_names(names, asked, now);
    return {};
  });
}

std::int64_t count_orders(banyan::sql::ModuleDatabase& database, const banyan::Context& context) {
  return database.read(context, [](Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM orders").value_or(0);
  });
}

}  // namespace orders
