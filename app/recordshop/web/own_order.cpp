// SPDX-License-Identifier: Apache-2.0
#include "web/own_order.hpp"

#include <utility>

namespace recordshop::web {
namespace {

using banyan::http::Response;

}  // namespace

Response to_sign_in(Visit& visit, const std::string& back) {
  return see_other(visit, "/shop/account" + query_of({{"back", back}}));
}

std::string order_url(const orders::OrderId& order) { return "/shop/orders/" + order.str(); }

std::string short_name(const orders::OrderId& order) {
  return order.str().substr(order.str().size() - 6);
}

OwnOrder find_own(Modules& modules, Visit& visit) {
  const auto id = orders::OrderId::parse(visit.segment(2));
  if (!id) return {{}, show_not_found(visit)};
  if (!visit.visitor()) return {{}, to_sign_in(visit, order_url(*id))};
  auto order = answer(modules.orders.start(orders::GetOrder{*id}, visit.context()));
  if (!order) {
    if (is_missing(order.error())) return {{}, show_not_found(visit)};
    return {{},
            show(visit, {.title = "Your order",
                         .main = tag("h1", {}, "Your order") + gap("Your order"),
                         .section = "orders",
                         .status = 503})};
  }
  if (order->customer.str() != visit.visitor()->customer) return {{}, show_not_found(visit)};
  return {*std::move(order), {}};
}

}  // namespace recordshop::web
