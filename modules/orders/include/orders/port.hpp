// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/money.hpp"
#include "kernel/port.hpp"
#include "orders/ids.hpp"

/// An order's life: placed, reserved, confirmed – or cancelled for a reason.
namespace orders {

enum class OrderState : std::uint8_t { Placed, Reserved, Confirmed, Cancelled };
BOOST_DESCRIBE_ENUM(OrderState, Placed, Reserved, Confirmed, Cancelled)

enum class CancelReason : std::uint8_t { OutOfStock, ByCustomer };
BOOST_DESCRIBE_ENUM(CancelReason, OutOfStock, ByCustomer)

/// How far the work behind an order is. An order is answered as soon as it is safely written down;
/// what other modules still have to do for it goes on in the background.
enum class Fulfilment : std::uint8_t {
  InProgress,  ///< on its way to confirmed; tried again by itself when a module cannot be reached
  Cancelling,  ///< on its way to cancelled
  Done,        ///< confirmed or cancelled; nothing is left to do
  Stuck,       ///< given up after many attempts: somebody must look, then ResumeOrder
};
BOOST_DESCRIBE_ENUM(Fulfilment, InProgress, Cancelling, Done, Stuck)

struct LineRequest {
  TrackId track;
  std::int64_t quantity = 0;  ///< 1 … 1,000
  friend bool operator==(const LineRequest&, const LineRequest&) = default;
};
BOOST_DESCRIBE_STRUCT(LineRequest, (), (track, quantity))

/// A line as it was when the order was placed: later changes of the catalogue do not touch it.
struct OrderLine {
  TrackId track;
  std::string title;
  std::int64_t quantity = 0;
  banyan::Money unit_price;
  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderLine, (), (track, title, quantity, unit_price))

struct OrderDetails {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Placed;
  std::optional<CancelReason> cancel_reason;  ///< there when the order is cancelled
  std::vector<OrderLine> lines;
  banyan::Money total;
  banyan::Timestamp placed_at;
  Fulfilment fulfilment = Fulfilment::InProgress;
  std::optional<std::string> problem;  ///< why the last attempt failed, or why it was cancelled
  friend bool operator==(const OrderDetails&, const OrderDetails&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderDetails, (),
                      (id, customer, state, cancel_reason, lines, total, placed_at, fulfilment,
                       problem))

struct OrderSummary {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Placed;
  Fulfilment fulfilment = Fulfilment::InProgress;
  banyan::Money total;
  banyan::Timestamp placed_at;
  friend bool operator==(const OrderSummary&, const OrderSummary&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderSummary, (), (id, customer, state, fulfilment, total, placed_at))

struct OrderPage {
  std::vector<OrderSummary> orders;        ///< newest first
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(OrderPage, (), (orders, next_cursor))

struct PlaceOrder {
  CustomerId customer;
  std::vector<LineRequest> lines;  ///< 1 … 100, each track once

  using Response = OrderDetails;
  static constexpr bool resumes_accepted = true;
  static constexpr banyan::Operation operation{
      .name = "place_order",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors =
          banyan::errors("orders.out_of_stock", "orders.unknown_track", "orders.key_reused",
                         "orders.bad_lines", "orders.bad_quantity", "orders.mixed_currencies"),
      .summary =
          "Orders tracks at today's prices. Confirmed at once when the warehouse answers;"
          " otherwise placed, and confirmed in the background.",
      .precondition = "every track exists, all in one currency, and enough copies are available",
      .postcondition = "one order exists for the key, with its stock reserved or sold exactly once",
      .on_behalf_of = "customer"};
};
BOOST_DESCRIBE_STRUCT(PlaceOrder, (), (customer, lines))

struct GetOrder {
  OrderId id;

  using Response = OrderDetails;
  static constexpr banyan::Operation operation{
      .name = "get_order",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("orders.unknown_order"),
      .summary = "One order with its lines and how far it is.",
      .precondition = "the order exists"};
};
BOOST_DESCRIBE_STRUCT(GetOrder, (), (id))

struct ListOrders {
  std::optional<CustomerId> customer;  ///< only this customer's
  std::optional<std::string> cursor;   ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;   ///< 1 … 200, else 50

  using Response = OrderPage;
  static constexpr banyan::Operation operation{
      .name = "list_orders",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("orders.bad_cursor", "orders.bad_limit"),
      .summary = "Orders, newest first, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(ListOrders, (), (customer, cursor, limit))

struct CancelOrder {
  OrderId id;

  using Response = OrderDetails;
  static constexpr banyan::Operation operation{
      .name = "cancel_order",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("orders.unknown_order", "orders.already_confirmed"),
      .summary =
          "Gives an order up and its stock back. Answers with fulfilment `cancelling` when"
          " the warehouse cannot be reached now.",
      .precondition = "the order is not confirmed",
      .postcondition = "the order is cancelled or will be, unless it turns out confirmed"};
};
BOOST_DESCRIBE_STRUCT(CancelOrder, (), (id))

struct ResumeOrder {
  OrderId id;

  using Response = OrderDetails;
  static constexpr banyan::Operation operation{
      .name = "resume_order",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("orders.unknown_order"),
      .summary =
          "Tries a stuck order again, with a fresh count of attempts; does nothing to one"
          " that is not stuck.",
      .precondition = "the order exists"};
};
BOOST_DESCRIBE_STRUCT(ResumeOrder, (), (id))

struct Orders : banyan::Port<PlaceOrder, GetOrder, ListOrders, CancelOrder, ResumeOrder> {
  static constexpr banyan::PortInfo port{
      .name = "orders", .version = {1, 0}, .summary = "Orders from placed to confirmed"};
};

}  // namespace orders
