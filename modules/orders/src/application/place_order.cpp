// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/drive_saga.hpp"
#include "application/price_lines.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

/// An order that could not be is an error to the one who placed it, the first time and every time.
Result<OrderDetails> answer_with(const Case& placed) {
  const Order::Data& order = placed.order.data();
  if (order.cancel_reason == CancelReason::OutOfStock) {
    return fail(ErrorCode::FailedPrecondition, "orders.out_of_stock",
                "order " + order.id.str() + " was cancelled, not all of it is in stock: " +
                    placed.saga.data().problem.value_or("not enough copies are available"));
  }
  return details_of(placed);
}

/// The key was seen before: the same order, or a mistake.
Result<OrderDetails> answer_again(const Desk& desk, const OrderId& id, const PlaceOrder& request,
                                  const Context& context) {
  const Case placed =
      desk.store.read([&](OrdersReading& orders) { return orders.find(id).value(); });
  if (!placed.order.is_for(request)) {
    return fail(ErrorCode::Conflict, "orders.key_reused",
                "another order was placed under this idempotency key; give each its own");
  }
  if (placed.saga.due(desk.now())) {
    Result<std::optional<Case>> driven = claim_and_drive(desk, id, context);
    if (!driven) return fail(std::move(driven.error()));
    if (*driven) return answer_with(**driven);
  }
  return answer_with(placed);
}

struct Begun {
  Case started;
  bool is_new = true;
};

}  // namespace

Result<OrderDetails> place_order(const Desk& desk, const PlaceOrder& request,
                                 const Context& context) {
  if (Result<void> checked = check_lines(request.lines); !checked) return fail(checked.error());
  const std::string key = context.idempotency_key.value();
  const std::optional<OrderId> earlier =
      desk.store.read([&](OrdersReading& orders) { return orders.placed_under(key); });
  if (earlier) return answer_again(desk, *earlier, request, context);

  Result<std::vector<OrderLine>> lines = price_lines(desk.catalog, request.lines, context);
  if (!lines) return fail(std::move(lines.error()));
  const banyan::Timestamp now = desk.now();
  Result<Order> order = Order::place(OrderId::make(now, desk.environment.random), request.customer,
                                     *std::move(lines), now);
  if (!order) return fail(std::move(order.error()));
  Saga saga = Saga::begin(order->data().id, context.correlation_id, now);
  const std::string holder = new_lease_holder(desk);
  saga.lease(holder, now, desk.policy);
  const Case fresh{*std::move(order), std::move(saga)};

  // From here on the order exists, whatever happens to this process.
  Result<Begun> begun = desk.store.write(context, [&](OrdersWriting& orders) -> Result<Begun> {
    if (auto meanwhile = orders.placed_under(key)) {
      return Begun{orders.find(*meanwhile).value(), false};
    }
    orders.add(fresh, key);
    orders.journal(fresh.order.data().id, OrderState::Placed, now);
    return Begun{fresh, true};
  });
  if (!begun) return fail(std::move(begun.error()));
  if (!begun->is_new) return answer_again(desk, begun->started.order.data().id, request, context);

  Result<Case> driven = drive_saga(desk, std::move(begun->started), holder, context);
  if (!driven) return fail(std::move(driven.error()));
  return answer_with(*driven);
}

}  // namespace orders
