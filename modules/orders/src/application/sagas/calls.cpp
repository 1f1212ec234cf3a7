// SPDX-License-Identifier: Apache-2.0
#include "application/sagas/calls.hpp"

namespace orders {

warehouse::ReserveStock HoldStock::request(const Order& order) {
  warehouse::ReserveStock request{id_for<warehouse::OrderId>(order), {}};
  for (const OrderLine& line : order.data().lines) {
    request.lines.push_back({line.track, line.quantity});
  }
  return request;
}

payments::Authorise AuthorisePayment::request(const Order& order) {
  const Order::Data& data = order.data();
  // An order that a version before has left on its way may have none.
  const std::string method = data.payment_method.empty() ? "card" : data.payment_method;
  return {id_for<payments::OrderId>(order),
          payments::CustomerId::parse(data.customer.str()).value(), data.total, method,
          data.country.empty() ? std::nullopt : std::optional(data.country)};
}

}  // namespace orders
