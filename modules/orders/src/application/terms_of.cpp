// SPDX-License-Identifier: Apache-2.0
#include "application/terms_of.hpp"

namespace orders {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

/// Of who says nothing.
const std::string kOnAccount = "account";

std::unexpected<banyan::Error> unknown(const CustomerId& id) {
  return fail(ErrorCode::NotFound, "orders.unknown_customer",
              "nobody has an open account under " + id.str(),
              {{"/customer", "expected a customer whose account is open"}});
}

}  // namespace

Result<payments::Method> method_of(const PlaceOrder& request) {
  const std::string& word = request.payment_method ? *request.payment_method : kOnAccount;
  auto method = payments::method_from(word);
  if (method) return *std::move(method);
  // Whatever was typed in, perhaps the number of a card, is not said again.
  return fail(ErrorCode::InvalidArgument, "orders.bad_payment_method",
              "nobody can pay with that; there are " + std::string(payments::kMethodWords),
              {{"/payment_method", "expected one of these"}});
}

Result<Order::Terms> terms_of(customers::Customers& customers, const PlaceOrder& request,
                              const payments::Method& method, const banyan::Context& context) {
  const Result<customers::Customer> found =
      customers.handle(customers::GetCustomer{request.customer}, context);
  if (!found) {
    if (found.error().rule == "customers.unknown_customer") return unknown(request.customer);
    return fail(found.error());
  }
  if (found->state == customers::AccountState::Closed) return unknown(request.customer);
  // A card is paid at once: that needs no credit.
  if (method.kind == payments::Method::Kind::Invoice &&
      found->credit == customers::Credit::OnHold) {
    return fail(ErrorCode::FailedPrecondition, "orders.customer_on_hold",
                "customer " + request.customer.str() + " may not buy on invoice now: " +
                    found->credit_reason.value_or("the credit is on hold") + "; pay by card",
                {{"/payment_method", "expected a card"}});
  }
  if (!found->address) {
    return fail(ErrorCode::FailedPrecondition, "orders.no_address",
                "customer " + request.customer.str() +
                    " has no address that parcels could go to; change_address first");
  }
  return Order::Terms{tax_rate_of(found->address->country),
                      request.payment_method.value_or(kOnAccount), found->address->country};
}

}  // namespace orders
