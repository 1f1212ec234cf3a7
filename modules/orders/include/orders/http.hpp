// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "orders/port.hpp"

namespace orders {

/// What an order links to as the next thing that may be done with it.
inline bool can_be_cancelled(const OrderDetails& order) {
  return order.state == OrderState::Placed || order.state == OrderState::Reserved ||
         order.state == OrderState::Paid;
}
/// What the carrier has brought back on its way out as well. Shipping hears of that first, so the
/// operation asks it: it may allow what is not linked to yet.
inline bool can_be_returned(const OrderDetails& order) {
  const bool can_be_had = order.state == OrderState::Delivered ||
                          (order.state == OrderState::Shipped && order.brought_back_at);
  return can_be_had && !order.payment_method.empty() && order.fulfilment == Fulfilment::Done;
}
inline bool can_be_resumed(const OrderDetails& order) {
  return order.fulfilment == Fulfilment::Stuck;
}
/// The work behind it goes on.
inline bool is_under_way(const OrderDetails& order) {
  return order.fulfilment != Fulfilment::Done && order.fulfilment != Fulfilment::Stuck;
}

inline constexpr auto http_resources = banyan::resources<Orders>(
    banyan::at<PlaceOrder>("POST /orders", "/orders/{id}").accepted_while<&is_under_way>(),
    banyan::at<GetOrder>("GET /orders/{id}"), banyan::at<ListOrders>("GET /orders"),
    banyan::at<CancelOrder>("DELETE /orders/{id}")
        .offered<&can_be_cancelled>("cancel")
        .accepted_while<&is_under_way>("/orders/{id}"),
    banyan::at<ReturnOrder>("PUT /orders/{id}/return")
        .offered<&can_be_returned>("return")
        .accepted_while<&is_under_way>("/orders/{id}"),
    banyan::at<ResumeOrder>("PUT /orders/{id}/resumption")
        .offered<&can_be_resumed>("resume")
        .accepted_while<&is_under_way>("/orders/{id}"));

}  // namespace orders
