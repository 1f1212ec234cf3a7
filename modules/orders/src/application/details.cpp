// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"

namespace orders {

Fulfilment fulfilment_of(const Saga::Data& saga) {
  switch (saga.status) {
    case Saga::Status::Done: return Fulfilment::Done;
    case Saga::Status::Stuck: return Fulfilment::Stuck;
    case Saga::Status::Active: break;
  }
  return saga.goal == Saga::Goal::Cancel ? Fulfilment::Cancelling : Fulfilment::InProgress;
}

OrderDetails details_of(const Case& from) {
  const Order::Data& order = from.order.data();
  const Saga::Data& saga = from.saga.data();
  return {order.id,    order.customer,  order.state,         order.cancel_reason, order.lines,
          order.total, order.placed_at, fulfilment_of(saga), saga.problem};
}

banyan::Result<OrderDetails> answer_to_placing(const Case& placed) {
  const Order::Data& order = placed.order.data();
  if (order.cancel_reason == CancelReason::OutOfStock) {
    return banyan::fail(banyan::ErrorCode::FailedPrecondition, "orders.out_of_stock",
                        "order " + order.id.str() + " was cancelled, not all of it is in stock: " +
                            placed.saga.data().problem.value_or("not enough copies are available"));
  }
  return details_of(placed);
}

std::unexpected<banyan::Error> unknown_order(const OrderId& id) {
  return banyan::fail(banyan::ErrorCode::NotFound, "orders.unknown_order",
                      "there is no order " + id.str());
}

}  // namespace orders
