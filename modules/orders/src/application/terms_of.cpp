// SPDX-License-Identifier: Apache-2.0
#include "application/terms_of.hpp"

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

constexpr std::string_view kOnAccount = "account";

std::unexpected<banyan::Error> unknown(const CustomerId& id) {
  return fail(ErrorCode::NotFound, "orders.unknown_customer",
              "nobody has an open account under " + id.str(),
              {{"/customer", "expected a customer whose account is open"}});
}

}  // namespace

Result<Order::Terms> terms_of(customers::Customers& customers, const PlaceOrder& request,
                              const banyan::Context& context) {
  const Result<customers::Customer> found =
      customers.handle(customers::GetCustomer{request.customer}, context);
  if (!found) {
    if (found.error().rule == "customers.unknown_customer") return unknown(request.customer);
    return fail(found.error());
  }
  if (found->state == customers::AccountState::Closed) return unknown(request.customer);
  if (found->credit == customers::Credit::OnHold) {
    return fail(ErrorCode::FailedPrecondition, "orders.customer_on_hold",
                "customer " + request.customer.str() +
                    " may not buy now: " + found->credit_reason.value_or("the credit is on hold"));
  }
  if (!found->address) {
    return fail(ErrorCode::FailedPrecondition, "orders.no_address",
                "customer " + request.customer.str() +
                    " has no address that parcels could go to; change_address first");
  }
  return Order::Terms{tax_rate_of(found->address->country),
                      request.payment_method.value_or(std::string(kOnAccount))};
}

}  // namespace orders
