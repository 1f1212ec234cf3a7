// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/event.hpp"
#include "banyan/kernel/money.hpp"
#include "payments/ids.hpp"

/// What payments tells others. Where several things were learned at once (the provider speaks
/// seldom), each is told, in their order. Times are of our own clock: when it was learned.
namespace payments {

struct PaymentAuthorised {
  OrderId order;
  CustomerId customer;
  banyan::Money amount;
  banyan::Timestamp authorised_at;
  static constexpr banyan::EventInfo event{.name = "payment_authorised",
                                           .version = 1,
                                           .summary = "The money for an order is held.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(PaymentAuthorised, (), (order, customer, amount, authorised_at))

struct PaymentDeclined {
  OrderId order;
  CustomerId customer;
  banyan::Money amount;
  std::optional<std::string> reason;  ///< for people, as the provider says it
  banyan::Timestamp declined_at;
  static constexpr banyan::EventInfo event{.name = "payment_declined",
                                           .version = 1,
                                           .summary = "There is no money for an order.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(PaymentDeclined, (), (order, customer, amount, reason, declined_at))

struct PaymentCaptured {
  OrderId order;
  CustomerId customer;
  banyan::Money amount;
  banyan::Timestamp captured_at;
  /// Whose tax is in the amount; absent where nobody has said, as in what versions before tell.
  std::optional<std::string> country = std::nullopt;
  static constexpr banyan::EventInfo event{.name = "payment_captured",
                                           .version = 1,
                                           .summary = "The money for an order was taken.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(PaymentCaptured, (), (order, customer, amount, captured_at, country))

struct PaymentVoided {
  OrderId order;
  banyan::Timestamp voided_at;
  static constexpr banyan::EventInfo event{
      .name = "payment_voided",
      .version = 1,
      .summary = "No money is held for an order, and none will be.",
      .key = "order"};
};
BOOST_DESCRIBE_STRUCT(PaymentVoided, (), (order, voided_at))

struct PaymentRefunded {
  OrderId order;
  std::string refund;    ///< its id
  banyan::Money amount;  ///< of this refund
  bool in_full = false;  ///< nothing is left of what was taken
  banyan::Timestamp refunded_at;
  static constexpr banyan::EventInfo event{.name = "payment_refunded",
                                           .version = 1,
                                           .summary = "Money for an order was given back.",
                                           .key = "order"};
};
BOOST_DESCRIBE_STRUCT(PaymentRefunded, (), (order, refund, amount, in_full, refunded_at))

using Published = banyan::Events<PaymentAuthorised, PaymentDeclined, PaymentCaptured, PaymentVoided,
                                 PaymentRefunded>;

}  // namespace payments
