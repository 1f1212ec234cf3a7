// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"

namespace orders {

/// On which terms a customer may buy now: the tax of the country that it goes to.
/// "orders.unknown_customer", "orders.customer_on_hold", "orders.no_address"; what customers fails
/// with otherwise is handed on.
banyan::Result<Order::Terms> terms_of(customers::Customers& customers, const PlaceOrder& request,
                                      const banyan::Context& context);

}  // namespace orders
