// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/examples.hpp"
#include "payments/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace payments {
namespace examples_of {

inline const OrderId kOrder = banyan::example_id<OrderId>(21);
inline const CustomerId kAda = banyan::example_id<CustomerId>(11);

inline Payment payment(PaymentState state) {
  return {.order = kOrder,
          .state = state,
          .customer = kAda,
          .amount = banyan::Money{307, "EUR"},
          .method = "card:tok_visa",
          .refunded = 0,
          .refunds = {},
          .reason = {}};
}

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  Payment refunded = payment(PaymentState::Captured);
  refunded.refunded = 100;
  refunded.refunds = {{"one-track", 100, RefundState::Done}};
  return std::tuple(
      banyan::example(Authorise{kOrder, kAda, {307, "EUR"}, "card:tok_visa", "DE"},
                      payment(PaymentState::Authorised)),
      banyan::example(Capture{kOrder}, payment(PaymentState::Captured)),
      banyan::example(Void{kOrder}, payment(PaymentState::Voided)),
      banyan::example(Refund{kOrder, "one-track", 100}, refunded),
      banyan::example(GetPayment{kOrder}, payment(PaymentState::Captured)),
      banyan::example(
          NoteProviderResult{kOrder, {ProviderStatus::Captured, banyan::Money{307, "EUR"}, {}, {}}},
          payment(PaymentState::Captured)));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  const std::string order = "order " + examples_of::kOrder.str();
  return {
      {ErrorCode::FailedPrecondition,
       "payments.declined",
       order + ": the provider has declined the payment: no money",
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.voided",
       "the payment of " + order + " was given up, for good",
       {}},
      {ErrorCode::Conflict,
       "payments.differs",
       order + " was asked to be paid otherwise before",
       {}},
      {ErrorCode::InvalidArgument,
       "payments.bad_amount",
       "the amount is 0.00 EUR, expected 0.01 to 10,000,000.00",
       {}},
      {ErrorCode::InvalidArgument,
       "payments.bad_method",
       "nobody can pay with that; there are \"card\", \"card:TOKEN\" with the payment provider's"
       " token of a card, and \"invoice\"",
       {{"/method", "expected one of these"}}},
      {ErrorCode::Unavailable,
       "payments.provider_unavailable",
       order + ": no answer in time. Nothing was decided; the same request goes on from here.",
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.books_differ",
       order + ": the provider's account contradicts ours; somebody must look",
       {}},
      {ErrorCode::Internal,
       "payments.other_provider",
       order + ": the payment is with acmepay/RECSHOP01, and this process reaches account only",
       {}},
      {ErrorCode::NotFound,
       "payments.unknown_payment",
       "nobody has asked for money for " + order,
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.already_captured",
       "the money for " + order + " was taken; refund it",
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.not_captured",
       "no money was taken for " + order + ", so none can be given back",
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.over_refund",
       "3.07 EUR were taken for " + order + ", and 4.00 EUR would have been given back",
       {}},
      {ErrorCode::FailedPrecondition,
       "payments.refund_refused",
       order + ": the provider has refused the refund one-track",
       {}},
      {ErrorCode::InvalidArgument,
       "payments.bad_refund",
       "the refund's id is \"two words\", expected 1 to 64 letters, digits, '-', '_' and '.'",
       {}}};
}

}  // namespace payments
