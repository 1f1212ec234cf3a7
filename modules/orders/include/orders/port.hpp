// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/money.hpp"
#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "orders/ids.hpp"

/// An order's life: placed, reserved, paid, shipped, delivered – or cancelled for a reason, or
/// returned.
namespace orders {

enum class OrderState : std::uint8_t {
  Placed,
  Reserved,  ///< its stock is held
  Paid,      ///< sold: the money is taken and the stock has left the shelf
  Shipped,   ///< the carrier has it
  Delivered,
  Cancelled,
  Returned,  ///< the shop has it back, and the customer the money
};
BOOST_DESCRIBE_ENUM(OrderState, Placed, Reserved, Paid, Shipped, Delivered, Cancelled, Returned)

enum class CancelReason : std::uint8_t {
  OutOfStock,
  ByCustomer,
  PaymentDeclined,
  Refused,  ///< by another module, for a reason that `problem` tells, or it took too long
};
BOOST_DESCRIBE_ENUM(CancelReason, OutOfStock, ByCustomer, PaymentDeclined, Refused)

/// How far the work behind an order is. An order is answered as soon as it is safely written down;
/// what other modules still have to do for it goes on in the background.
enum class Fulfilment : std::uint8_t {
  InProgress,  ///< on its way to paid; goes on by itself when a module cannot be reached
  Cancelling,  ///< on its way to cancelled
  Returning,   ///< on its way back
  Done,        ///< nothing is left to do for what was last asked
  Stuck,       ///< given up after many attempts: somebody must look, then ResumeOrder
};
BOOST_DESCRIBE_ENUM(Fulfilment, InProgress, Cancelling, Returning, Done, Stuck)

struct LineRequest {
  TrackId track;
  std::int64_t quantity = 0;  ///< 1 … 1,000
  /// What one costs as far as the buyer has seen: nothing is ordered at another price. Absent:
  /// whatever it costs now.
  std::optional<banyan::Money> unit_price = std::nullopt;
  friend bool operator==(const LineRequest&, const LineRequest&) = default;
};
BOOST_DESCRIBE_STRUCT(LineRequest, (), (track, quantity, unit_price))

/// A line as it was when the order was placed: later changes of the catalogue do not touch it.
struct OrderLine {
  TrackId track;
  std::string title;
  std::int64_t quantity = 0;
  banyan::Money unit_price;
  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderLine, (), (track, title, quantity, unit_price))

/// What orders knows of a name that another module owns.
enum class NameState : std::uint8_t {
  Known,
  NotYet,  ///< it has not reached orders, or its owner does not know it either
  Gone,    ///< it was known: the customer has left, and orders has forgotten the name
};
BOOST_DESCRIBE_ENUM(NameState, Known, NotYet, Gone)

/// What a customer or a track is called.
struct KnownName {
  std::string id;
  std::string name;  ///< the id itself while it is not known here
  NameState state = NameState::NotYet;
  friend bool operator==(const KnownName&, const KnownName&) = default;
};
BOOST_DESCRIBE_STRUCT(KnownName, (), (id, name, state))

/// Names that others own, from the copy that orders keeps of them: they are here also when the
/// owners are away, and may be a little old.
struct OrderNames {
  KnownName customer;
  std::vector<KnownName> tracks;  ///< of the lines, in their order; in a list the first three
  std::int64_t more_tracks = 0;   ///< lines after those
  friend bool operator==(const OrderNames&, const OrderNames&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderNames, (), (customer, tracks, more_tracks))

struct OrderDetails {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Placed;
  std::optional<CancelReason> cancel_reason;  ///< there when the order is cancelled
  std::vector<OrderLine> lines;
  banyan::Money net;           ///< the sum of the lines
  std::int64_t tax_rate = 0;   ///< of the country that it goes to, in hundredths of a per cent
  banyan::Money tax;           ///< on the whole order, rounded once
  banyan::Money total;         ///< net and tax: what is paid
  std::string payment_method;  ///< "" for an order of a time before payments
  banyan::Timestamp placed_at;
  Fulfilment fulfilment = Fulfilment::InProgress;
  std::optional<std::string> problem;  ///< why the last attempt failed, or why it was cancelled
  /// While it is shipped: since when the parcel is at the shop again, because nobody took it. Then
  /// it can be returned.
  std::optional<banyan::Timestamp> brought_back_at{};
  /// What customer and tracks are called now (the lines have the titles of when it was placed).
  /// Only get_order looks them up.
  std::optional<OrderNames> names{};
  /// Every name that was changed before this time is in `names`. Absent: nobody knows, since the
  /// copy is still being made.
  std::optional<banyan::Timestamp> names_complete_until{};
  friend bool operator==(const OrderDetails&, const OrderDetails&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderDetails, (),
                      (id, customer, state, cancel_reason, lines, net, tax_rate, tax, total,
                       payment_method, placed_at, fulfilment, problem, brought_back_at, names,
                       names_complete_until))

struct OrderSummary {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Placed;
  Fulfilment fulfilment = Fulfilment::InProgress;
  banyan::Money total;
  banyan::Timestamp placed_at;
  std::optional<OrderNames> names{};  ///< what customer and tracks are called now
  friend bool operator==(const OrderSummary&, const OrderSummary&) = default;
};
BOOST_DESCRIBE_STRUCT(OrderSummary, (), (id, customer, state, fulfilment, total, placed_at, names))

struct OrderPage {
  std::vector<OrderSummary> orders;        ///< newest first
  std::optional<std::string> next_cursor;  ///< absent on the last page
  /// As in OrderDetails, of all `names` of the page.
  std::optional<banyan::Timestamp> names_complete_until{};
};
BOOST_DESCRIBE_STRUCT(OrderPage, (), (orders, next_cursor, names_complete_until))

struct PlaceOrder {
  CustomerId customer;
  std::vector<LineRequest> lines;  ///< 1 … 100, each track once
  /// What the customer pays with: "card", "card:TOKEN" with the payment provider's token of one, or
  /// "invoice", which wants good credit (and was called "account" first: that is what is taken when
  /// nothing is said).
  std::optional<std::string> payment_method;

  using Response = OrderDetails;
  static constexpr bool resumes_accepted = true;
  static constexpr banyan::Operation operation{
      .name = "place_order",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors = banyan::errors(
          "orders.out_of_stock", "orders.payment_declined", "orders.unknown_track",
          "orders.key_reused", "orders.bad_lines", "orders.bad_quantity", "orders.mixed_currencies",
          "orders.bad_payment_method", "orders.unknown_customer", "orders.customer_on_hold",
          "orders.no_address", "orders.price_changed"),
      .summary =
          "Orders tracks at today's prices, with the tax of the country that they go to; a line can"
          " say which price was seen. Paid at once when everybody answers; otherwise placed, and"
          " paid in the background.",
      .precondition =
          "the customer has an address, and good credit to pay by invoice; every track exists, at"
          " the price that was seen, all in one currency, and enough copies are available",
      .postcondition =
          "one order exists for the key, with its stock sold and its money taken exactly once, or"
          " neither",
      .on_behalf_of = "customer"};
};
BOOST_DESCRIBE_STRUCT(PlaceOrder, (), (customer, lines, payment_method))

struct GetOrder {
  OrderId id;

  using Response = OrderDetails;
  static constexpr banyan::Operation operation{
      .name = "get_order",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("orders.unknown_order"),
      .summary = "One order with its lines, how far it is, and the names of others in it.",
      .precondition = "the order exists"};
};
BOOST_DESCRIBE_STRUCT(GetOrder, (), (id))

inline constexpr banyan::PageBounds kPage{.usual = 50, .most = 200};

struct ListOrders {
  std::optional<CustomerId> customer;  ///< only this customer's
  std::optional<std::string> cursor;   ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;   ///< 1 … 200, else 50

  using Response = OrderPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
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
      .errors = banyan::errors("orders.unknown_order", "orders.already_shipped", "orders.busy"),
      .summary =
          "Gives an order up, and its stock and its money back. Answers with fulfilment"
          " `cancelling` (over HTTP 202) when somebody cannot be reached now.",
      .precondition = "the carrier does not have it yet",
      .postcondition = "the order is cancelled or will be, unless it turns out to be on its way"};
};
BOOST_DESCRIBE_STRUCT(CancelOrder, (), (id))

struct ReturnOrder {
  OrderId id;

  using Response = OrderDetails;
  static constexpr banyan::Operation operation{
      .name = "return_order",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("orders.unknown_order", "orders.not_returnable", "orders.busy"),
      .summary =
          "The customer does not keep the order: all of it is fetched, and when it has arrived the"
          " money is given back. At once where the carrier has brought it back on its way out.",
      .precondition = "the order is delivered, or shipping says that it was brought back",
      .postcondition = "the order is returned, or will be when it has arrived"};
};
BOOST_DESCRIBE_STRUCT(ReturnOrder, (), (id))

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
      .precondition = "the order exists",
      .postcondition =
          "an order that was stuck is done or goes on in the background, and is stuck again after"
          " as many attempts"};
};
BOOST_DESCRIBE_STRUCT(ResumeOrder, (), (id))

struct Orders
    : banyan::Port<PlaceOrder, GetOrder, ListOrders, CancelOrder, ReturnOrder, ResumeOrder> {
  static constexpr banyan::PortInfo port{
      .name = "orders", .version = {2, 3}, .summary = "Orders from placed to delivered, and back"};
};

}  // namespace orders
