// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"
#include "payments/method.hpp"

namespace orders {

/// "orders.bad_payment_method" for what nobody can pay with.
banyan::Result<payments::Method> method_of(const PlaceOrder& request);

/// On which terms a customer may buy now: the tax of the country that it goes to, and what is paid
/// with. "orders.unknown_customer", "orders.customer_on_hold" (by invoice), "orders.no_address";
/// what customers fails with otherwise is handed on.
banyan::Result<Order::Terms> terms_of(customers::Customers& customers, const PlaceOrder& request,
                                      const payments::Method& method,
                                      const banyan::Context& context);

}  // namespace orders
