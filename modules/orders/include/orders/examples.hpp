// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "banyan/kernel/examples.hpp"
#include "orders/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace orders {
namespace examples_of {

inline const OrderId kOrder = banyan::example_id<OrderId>(21);
inline const CustomerId kAda = banyan::example_id<CustomerId>(11);
inline const TrackId kTrack = banyan::example_id<TrackId>(3);
inline constexpr banyan::Timestamp kPlaced{1'764'400'000'000'000};

inline OrderDetails order(OrderState state, Fulfilment fulfilment) {
  return {.id = kOrder,
          .customer = kAda,
          .state = state,
          .cancel_reason = {},
          .lines = {{kTrack, "So What", 2, {129, "EUR"}}},
          .net = {258, "EUR"},
          .tax_rate = 1'900,
          .tax = {49, "EUR"},
          .total = {307, "EUR"},
          .payment_method = "card:tok_visa",
          .placed_at = kPlaced,
          .fulfilment = fulfilment,
          .problem = {}};
}

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  OrderDetails cancelled = order(OrderState::Cancelled, Fulfilment::Done);
  cancelled.cancel_reason = CancelReason::ByCustomer;
  const OrderDetails in_progress = order(OrderState::Reserved, Fulfilment::InProgress);
  const OrderDetails cancelling = order(OrderState::Paid, Fulfilment::Cancelling);
  const OrderDetails returning = order(OrderState::Delivered, Fulfilment::Returning);
  return std::tuple(
      banyan::example(PlaceOrder{kAda, {{kTrack, 2, banyan::Money{129, "EUR"}}}, "card:tok_visa"},
                      order(OrderState::Paid, Fulfilment::Done), in_progress),
      banyan::example(GetOrder{kOrder}, order(OrderState::Paid, Fulfilment::Done)),
      banyan::example(ListOrders{.customer = kAda, .cursor = {}, .limit = 20},
                      {{{kOrder, kAda, OrderState::Paid, Fulfilment::Done, {307, "EUR"}, kPlaced}},
                       std::nullopt}),
      banyan::example(CancelOrder{kOrder}, cancelled, cancelling),
      banyan::example(ReturnOrder{kOrder}, order(OrderState::Returned, Fulfilment::Done),
                      returning),
      banyan::example(ResumeOrder{kOrder}, order(OrderState::Paid, Fulfilment::Done), in_progress));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  const std::string order = "order " + examples_of::kOrder.str();
  const std::string track = "track " + examples_of::kTrack.str();
  const std::string customer = "customer " + examples_of::kAda.str();
  return {{ErrorCode::FailedPrecondition,
           "orders.out_of_stock",
           order + " was cancelled: not enough is available of " + track,
           {}},
          {ErrorCode::FailedPrecondition,
           "orders.payment_declined",
           order + " was cancelled: the payment was declined",
           {}},
          {ErrorCode::NotFound,
           "orders.unknown_track",
           "the catalogue has no " + track,
           {{"/lines/0/track", "unknown"}}},
          {ErrorCode::Conflict,
           "orders.key_reused",
           "the key was used for another order; use a new one",
           {}},
          {ErrorCode::InvalidArgument,
           "orders.bad_lines",
           "0 lines, expected 1 to 100, each track once",
           {}},
          {ErrorCode::InvalidArgument,
           "orders.bad_quantity",
           "a quantity is 0, expected 1 to 1000",
           {{"/lines/0/quantity", "is 0"}}},
          {ErrorCode::FailedPrecondition,
           "orders.mixed_currencies",
           "the tracks are sold in EUR and CHF; order them one by one",
           {}},
          {ErrorCode::InvalidArgument,
           "orders.bad_payment_method",
           "nobody can pay with that; there are \"card\", \"card:TOKEN\" with the payment"
           " provider's token of a card, and \"invoice\"",
           {{"/payment_method", "expected one of these"}}},
          {ErrorCode::NotFound, "orders.unknown_customer", "there is no " + customer, {}},
          {ErrorCode::FailedPrecondition,
           "orders.customer_on_hold",
           customer + " may not buy on invoice now: invoice 4711 is unpaid; pay by card",
           {{"/payment_method", "expected a card"}}},
          {ErrorCode::Conflict,
           "orders.price_changed",
           "So What costs 1.49 EUR, not 1.29 EUR. Nothing was ordered: order again at the price"
           " that it has now",
           {{"/lines/0/unit_price", "was seen at 1.29 EUR, costs 1.49 EUR"}}},
          {ErrorCode::FailedPrecondition,
           "orders.no_address",
           customer + " has no address; give one, then order",
           {}},
          {ErrorCode::NotFound, "orders.unknown_order", "there is no " + order, {}},
          {ErrorCode::InvalidArgument,
           "orders.bad_cursor",
           "the cursor \"abc\" is none of this list: take next_cursor of the page before",
           {}},
          {ErrorCode::InvalidArgument, "orders.bad_limit", "limit is 0, expected 1 to 200", {}},
          {ErrorCode::FailedPrecondition,
           "orders.already_shipped",
           order + " is shipped; it cannot be cancelled any more. Return it when it has arrived",
           {}},
          {ErrorCode::Conflict,
           "orders.busy",
           "something else is being done about " + order + "; ask again when that is over",
           {},
           std::chrono::seconds(1)},
          {ErrorCode::FailedPrecondition,
           "orders.not_returnable",
           order + " is paid; what is not delivered cannot be returned",
           {}}};
}

}  // namespace orders
