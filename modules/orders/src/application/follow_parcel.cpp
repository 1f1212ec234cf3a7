// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::EventAnswer;
using banyan::fail;
using banyan::Result;
using banyan::Timestamp;

/// Changes the order that a parcel is of. One that orders knows nothing of is not its parcel.
template <class Change>
EventAnswer change_order(const UseCaseContext& use_case, const shipping::OrderId& parcel,
                         const banyan::Context& context, Change change) {
  const OrderId id = OrderId::parse(parcel.str()).value();
  const Timestamp now = use_case.environment.clock.now();
  return EventAnswer::of(use_case.store.write(context, [&](OrdersWriting& orders) -> Result<void> {
    const std::optional<Order> before = orders.order(id);
    if (!before) return {};
    Order after = *before;
    if (Result<void> legal = change(after, now); !legal) return legal;
    OrderSagas::save(orders, *before, after, now);
    return {};
  }));
}

/// Paid, and not yet written down: the saga that takes the money is about to.
Result<void> not_yet(const Order& order) {
  return fail(banyan::ErrorCode::Conflict, "orders.busy",
              "order " + order.data().id.str() + " is not known to be paid yet");
}

Result<void> dispatched(Order& order, Timestamp now) {
  switch (order.data().state) {
    case OrderState::Placed:
    case OrderState::Reserved: return not_yet(order);
    case OrderState::Paid: return order.ship(now);
    case OrderState::Shipped:
    case OrderState::Delivered:
    case OrderState::Cancelled:
    case OrderState::Returned: break;
  }
  return {};
}

Result<void> delivered(Order& order, Timestamp now) {
  if (Result<void> on_its_way = dispatched(order, now); !on_its_way) return on_its_way;
  if (order.data().state != OrderState::Shipped) return {};
  return order.deliver(now);
}

/// It has left, also when nobody said so.
Result<void> noticed(Order& order, std::optional<Timestamp> brought_back_at, Timestamp now) {
  if (Result<void> on_its_way = dispatched(order, now); !on_its_way) return on_its_way;
  order.brought_back(brought_back_at);
  return {};
}

}  // namespace

EventAnswer parcel_dispatched(const UseCaseContext& use_case,
                              const shipping::ConsignmentDispatched& event,
                              const banyan::Context& context) {
  return change_order(use_case, event.order, context, dispatched);
}

EventAnswer parcel_delivered(const UseCaseContext& use_case,
                             const shipping::ConsignmentDelivered& event,
                             const banyan::Context& context) {
  return change_order(use_case, event.order, context, delivered);
}

EventAnswer parcel_brought_back(const UseCaseContext& use_case,
                                const shipping::ConsignmentBroughtBack& event,
                                const banyan::Context& context) {
  return change_order(use_case, event.order, context, [&event](Order& order, Timestamp now) {
    return noticed(order, event.brought_back_at, now);
  });
}

EventAnswer parcel_sent_out_again(const UseCaseContext& use_case,
                                  const shipping::ConsignmentSentOutAgain& event,
                                  const banyan::Context& context) {
  return change_order(use_case, event.order, context, [](Order& order, Timestamp now) {
    return noticed(order, std::nullopt, now);
  });
}

EventAnswer parcel_returned(const UseCaseContext& use_case,
                            const shipping::ConsignmentReturned& event,
                            const banyan::Context& context) {
  return EventAnswer::of(use_case.store.write(context, [&](OrdersWriting& orders) -> Result<void> {
    use_case.sagas.wake(orders, event.order.str());
    return {};
  }));
}

}  // namespace orders
