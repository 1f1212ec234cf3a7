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

std::unexpected<banyan::Error> unknown_order(const OrderId& id) {
  return banyan::fail(banyan::ErrorCode::NotFound, "orders.unknown_order",
                      "there is no order " + id.str());
}

}  // namespace orders
