// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "banyan/kernel/result.hpp"
#include "payments/port.hpp"

namespace payments {

/// "payments.bad_amount" and "payments.bad_method" for what nobody can be asked to pay.
banyan::Result<void> check(const Authorise& request);
/// "payments.bad_refund" and "payments.bad_amount".
banyan::Result<void> check(const Refund& request);

/// What the provider was asked and has not answered for yet. Refunds have it in their own state.
enum class Asked : std::uint8_t { Nothing, Authorise, Capture, Void };

/// What has to be asked of the provider before a command has its answer.
struct NextStep {
  enum class Kind : std::uint8_t { Settled, Authorise, Capture, Void, Refund };
  Kind kind = Kind::Settled;
  /// Nobody has asked before; else what became of it is looked up first.
  bool first_time = false;
};

/// The payment of one order, as a state machine:
///
///     (nothing) ── authorise ──▶ Requested ──────▶ Authorised ── capture ──▶ Captured ── refund
///     ──▶ Refunded
///         │                         │  └─────────▶ Declined    │                └ ─ part of it ─┘
///         │                         └──── void ──▶ Voided ◀────┘ void
///         └── void ──▶ Voided: remembered, so that a late request for money finds it
///
/// The arrows are walked by what the provider says (learn()); a command only says what it is to be
/// asked (a NextStep, which is written down first) or that there is nothing to ask any more. What
/// was asked first is finished first, except that void does not wait for an authorisation.
class OrderPayment {
 public:
  static OrderPayment requested(const Authorise& request);
  /// Given up before anybody had asked for the money, so that it never will be.
  static OrderPayment given_up(OrderId order);
  static OrderPayment stored(Payment payment, Asked asked,
                             std::optional<std::string> provider = std::nullopt,
                             std::optional<std::string> country = std::nullopt) {
    OrderPayment read(std::move(payment), asked);
    read.provider_ = std::move(provider);
    read.country_ = std::move(country);
    return read;
  }

  /// Settled: the money is held (or was taken). "payments.declined", "payments.voided",
  /// "payments.differs" when another amount, customer or method was asked for before.
  banyan::Result<NextStep> authorise(const Authorise& request) const;
  /// Settled: the money was taken. "payments.declined", "payments.voided".
  banyan::Result<NextStep> capture();
  /// Settled: no money is held, and none will be. "payments.already_captured".
  banyan::Result<NextStep> give_up();
  /// Settled: it was given back. "payments.not_captured", "payments.over_refund",
  /// "payments.refund_refused", "payments.differs".
  banyan::Result<NextStep> refund(const Refund& request);

  /// What the provider has done, by an account that may be old, partial and doubled.
  /// "payments.books_differ" for one that cannot be true together with what is known; it changes
  /// nothing.
  banyan::Result<void> learn(const ProviderAnswer& account);
  /// The provider has answered the refund, and not done it.
  void refund_refused(const std::string& refund);
  /// "payments.books_differ" for an answer to a capture or a refund by which the provider has no
  /// such money: it decides nothing.
  banyan::Result<void> check_answer(NextStep::Kind asked, const ProviderAnswer& account) const;

  /// From now on it is with that party, if it is with nobody yet.
  void is_with(const std::string& provider) {
    if (!provider_) provider_ = provider;
  }
  /// The name of the party that was asked for the money. Nothing where nobody was asked, and for a
  /// payment of a version before, which wrote nobody's name down.
  const std::optional<std::string>& provider() const { return provider_; }

  /// Somebody holds money, or has taken it, and nobody has written down who.
  bool is_with_somebody_unknown() const {
    const PaymentState state = payment_.state;
    return !provider_ && (state == PaymentState::Authorised || state == PaymentState::Captured ||
                          state == PaymentState::Refunded);
  }

  /// Whose tax is in the amount, where somebody has said so.
  const std::optional<std::string>& country() const { return country_; }

  const Payment& data() const { return payment_; }
  Asked asked() const { return asked_; }
  friend bool operator==(const OrderPayment&, const OrderPayment&) = default;

 private:
  OrderPayment(Payment payment, Asked asked) : payment_(std::move(payment)), asked_(asked) {}

  NextStep finish() const;
  NextStep ask(Asked what);
  PaymentRefund* find_refund(const std::string& refund);
  banyan::Result<void> learn_status(const ProviderAnswer& account);
  banyan::Result<void> learn_refund(const ProviderRefund& refund);

  Payment payment_;
  Asked asked_ = Asked::Nothing;
  std::optional<std::string> provider_;
  std::optional<std::string> country_;
};

}  // namespace payments
