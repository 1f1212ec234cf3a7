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
using banyan::UnitOfWork;

/// What there is already.
struct Before {
  std::optional<Case> under_key;  ///< placed under a key that the kit's ledger knows nothing of
  std::optional<OrderId> newest;
};

Before look(const Desk& desk, const Context& context) {
  return desk.store.read(context, [&](OrdersReading& orders) {
    Before before{{}, orders.newest()};
    const auto id = orders.placed_before_ledger(context.idempotency_key.value());
    if (id) before.under_key = orders.find(*id);
    return before;
  });
}

/// An order that exists: how far it is now, and on with it when nobody drives it.
Result<OrderDetails> go_on_with(const Desk& desk, const OrderId& id, const Context& context) {
  const auto [placed, due] = desk.store.read(context, [&](OrdersReading& orders, UnitOfWork& unit) {
    const Case found = orders.find(id).value();
    return std::pair(found, found.saga.due(unit.lease_now(), desk.policy));
  });
  if (!due) return answer_to_placing(placed);
  const Result<std::optional<Case>> driven = claim_and_drive(desk, id, context);
  return answer_to_placing(driven && *driven ? **driven : placed);
}

/// The same order, or a mistake.
Result<OrderDetails> answer_again(const Desk& desk, const Case& placed, const PlaceOrder& request,
                                  const Context& context) {
  if (placed.order.is_for(request)) return go_on_with(desk, placed.order.data().id, context);
  return fail(ErrorCode::Conflict, "orders.key_reused",
              "another order was placed under this idempotency key; give each its own");
}

}  // namespace

Result<OrderDetails> place_order(const Desk& desk, const PlaceOrder& request,
                                 const Context& context) {
  if (Result<void> checked = check_lines(request.lines); !checked) return fail(checked.error());
  if (const auto accepted = banyan::accepted_earlier<OrderDetails>(context)) {
    return go_on_with(desk, accepted->id, context);
  }
  const Before before = look(desk, context);
  if (before.under_key) return answer_again(desk, *before.under_key, request, context);
  Result<std::vector<OrderLine>> lines = price_lines(desk.catalog, request.lines, context);
  if (!lines) return fail(std::move(lines.error()));
  const banyan::Timestamp now = desk.now();
  Result<Order> order =
      Order::place(OrderId::make_after(before.newest, now, desk.environment.random),
                   request.customer, *std::move(lines), now);
  if (!order) return fail(std::move(order.error()));
  Saga saga = Saga::begin(order->data().id, context.correlation_id);
  const std::string holder = new_lease_holder(desk);
  const Case placed{*std::move(order), std::move(saga)};

  Result<Case> begun =
      desk.store.write(context, [&](OrdersWriting& orders, UnitOfWork& unit) -> Result<Case> {
        Case fresh = placed;
        fresh.saga.lease(holder, unit.lease_now(), desk.policy);
        orders.add(fresh);
        orders.journal(fresh.order.data().id, OrderState::Placed, now);
        unit.accept(details_of(fresh));
        return fresh;
      });
  if (!begun) return fail(std::move(begun.error()));
  // From here on the order exists, whatever happens to this process, and that is the answer.
  return answer_to_placing(drive_saga(desk, *std::move(begun), holder, context));
}

}  // namespace orders
