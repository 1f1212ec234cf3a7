// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/money.hpp"
#include "banyan/kernel/port.hpp"
#include "payments/ids.hpp"
#include "payments/provider.hpp"

/// The money of each order: held, taken, given back.
namespace payments {

// Of one payment and of one refund, in minor units.
constexpr std::int64_t kLeastAmount = 1;
constexpr std::int64_t kMostAmount = 1'000'000'000;

/// How long whoever calls this port should wait for an answer at least. Three quarters of what a
/// call has are the provider's, the rest is for writing down what it says: who waits for less never
/// hears of a provider that is only slow.
constexpr std::chrono::milliseconds kPatience{4'200};

/// The life of a payment. Declined, Voided and Refunded are for good, and remembered.
enum class PaymentState : std::uint8_t {
  Requested,   ///< the provider was asked; what it has done is not known yet
  Authorised,  ///< the amount is held for us
  Declined,    ///< the provider said no
  Captured,    ///< the amount is ours, less `refunded`
  Voided,      ///< given up before any money moved; nothing can be held or taken any more
  Refunded,    ///< all of it was given back
};
BOOST_DESCRIBE_ENUM(PaymentState, Requested, Authorised, Declined, Captured, Voided, Refunded)

enum class RefundState : std::uint8_t { Requested, Done, Refused };
BOOST_DESCRIBE_ENUM(RefundState, Requested, Done, Refused)

struct PaymentRefund {
  std::string refund;       ///< the id that it was asked for with
  std::int64_t amount = 0;  ///< minor units of the payment's currency
  RefundState state = RefundState::Requested;
  friend bool operator==(const PaymentRefund&, const PaymentRefund&) = default;
};
BOOST_DESCRIBE_STRUCT(PaymentRefund, (), (refund, amount, state))

struct Payment {
  OrderId order;
  PaymentState state = PaymentState::Requested;
  // Absent when it was voided before anybody had asked for the money.
  std::optional<CustomerId> customer;
  std::optional<banyan::Money> amount;
  std::optional<std::string> method;
  std::int64_t refunded = 0;  ///< given back so far, in minor units of the amount's currency
  std::vector<PaymentRefund> refunds;
  std::optional<std::string> reason;  ///< why it was declined
  friend bool operator==(const Payment&, const Payment&) = default;
};
BOOST_DESCRIBE_STRUCT(Payment, (),
                      (order, state, customer, amount, method, refunded, refunds, reason))

struct Authorise {
  OrderId order;
  CustomerId customer;
  banyan::Money amount;  ///< 1 … 1,000,000,000 minor units
  /// What the customer pays with, see payments/method.hpp. Other words of 1 … 64 visible ASCII
  /// characters are of versions before, and taken for a card's.
  std::string method;
  /// Whose tax is in the amount (ISO 3166-1 alpha-2), told on with payment_captured: what is paid
  /// so goes to no other country. Absent: nobody has said.
  std::optional<std::string> country = std::nullopt;

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "authorise",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("payments.declined", "payments.voided", "payments.differs",
                               "payments.bad_amount", "payments.bad_method",
                               "payments.provider_unavailable", "payments.books_differ",
                               "payments.other_provider"),
      .summary = "Holds the money for an order. An order gets one answer.",
      .precondition = "the payment was not voided before",
      .postcondition = "the amount is held at the provider, once for each order",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(Authorise, (), (order, customer, amount, method, country))

struct Capture {
  OrderId order;

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "capture",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("payments.unknown_payment", "payments.declined", "payments.voided",
                               "payments.provider_unavailable", "payments.books_differ",
                               "payments.other_provider"),
      .summary = "Takes the money that is held for an order.",
      .precondition = "the payment is authorised (or captured already)",
      .postcondition = "the whole amount is ours, once",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(Capture, (), (order))

struct Void {
  OrderId order;

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "void",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("payments.already_captured", "payments.provider_unavailable",
                               "payments.books_differ", "payments.other_provider"),
      .summary =
          "The order is given up: what is held is free again, and no money can be held or"
          " taken for it any more.",
      .precondition = "the payment is not captured",
      .postcondition = "no money is held for the order, now or later",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(Void, (), (order))

struct Refund {
  OrderId order;
  std::string refund;       ///< the caller's id of it: 1 … 64 letters, digits, '-', '_' and '.'
  std::int64_t amount = 0;  ///< minor units of the payment's currency, at least 1

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "refund",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("payments.unknown_payment", "payments.not_captured",
                               "payments.over_refund", "payments.refund_refused",
                               "payments.differs", "payments.bad_amount", "payments.bad_refund",
                               "payments.provider_unavailable", "payments.books_differ",
                               "payments.other_provider"),
      .summary = "Gives money back, once for each id of a refund.",
      .precondition = "the payment is captured, and no more is given back than was taken",
      .postcondition = "refunded is larger by the amount, once",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(Refund, (), (order, refund, amount))

struct GetPayment {
  OrderId order;

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "get_payment",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("payments.unknown_payment"),
      .summary = "How the payment of an order stands.",
      .precondition = "somebody has asked for the money or given it up"};
};
BOOST_DESCRIBE_STRUCT(GetPayment, (), (order))

/// What the provider tells unasked. Notes may be doubled, late, and in any order; one may even be
/// here before the answer to its request.
struct NoteProviderResult {
  OrderId order;
  ProviderAnswer result;

  using Response = Payment;
  static constexpr banyan::Operation operation{
      .name = "note_provider_result",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("payments.unknown_payment", "payments.books_differ",
                               "payments.provider_unavailable", "payments.other_provider"),
      .summary =
          "Learns what the provider has done. By which money is taken or given back, or the payment"
          " is over, is looked up at the provider first.",
      .precondition = "the provider was asked about this order",
      .postcondition = "the payment is at least as far as the note says",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(NoteProviderResult, (), (order, result))

struct Payments : banyan::Port<Authorise, Capture, Void, Refund, GetPayment, NoteProviderResult> {
  static constexpr banyan::PortInfo port{
      .name = "payments", .version = {1, 1}, .summary = "The money of each order"};
};

}  // namespace payments
