// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/context.hpp"
#include "banyan/kernel/money.hpp"
#include "banyan/kernel/result.hpp"
#include "payments/ids.hpp"
#include "payments/method.hpp"

namespace payments {

/// What a provider has done about a payment, as far as one answer says.
enum class ProviderStatus : std::uint8_t {
  Unknown,     ///< it never heard of the payment
  Authorised,  ///< the amount is held for us
  Declined,    ///< it is not, and never will be
  Captured,    ///< the amount is ours, less what was refunded
  Voided,      ///< what was held is free again; nothing can be held or captured any more
};
BOOST_DESCRIBE_ENUM(ProviderStatus, Unknown, Authorised, Declined, Captured, Voided)

struct ProviderRefund {
  std::string refund;       ///< our own reference of it
  std::int64_t amount = 0;  ///< minor units of the payment's currency
  friend bool operator==(const ProviderRefund&, const ProviderRefund&) = default;
};
BOOST_DESCRIBE_STRUCT(ProviderRefund, (), (refund, amount))

/// What is known of a payment at the provider. An account may be partial (a notification tells of
/// one thing only) and old (it was overtaken on its way): everything in it has happened, and
/// nothing in it has been undone but as `status` says. So accounts may be learned in any order and
/// any number of times.
struct ProviderAnswer {
  ProviderStatus status = ProviderStatus::Unknown;
  std::optional<banyan::Money> amount{};  ///< what it is about, where the provider says so
  std::vector<ProviderRefund> refunds{};
  std::optional<std::string> reason{};  ///< why it was declined, for people
  friend bool operator==(const ProviderAnswer&, const ProviderAnswer&) = default;
};
BOOST_DESCRIBE_STRUCT(ProviderAnswer, (), (status, amount, refunds, reason))

struct ProviderRequest {
  OrderId reference;  ///< our name of the payment, and what makes a second request the first one
  CustomerId customer;
  banyan::Money amount;
  Method method;  ///< what the customer pays with
};

/// The outside party that moves the money, in the shop's own words. Whoever implements it (an
/// anti-corruption layer, see docs/how-to/outside-parties.md) keeps the provider's words, ids and
/// moods to itself, and this contract:
///
/// * An answer is a decision of the provider, its whole account of the payment. An Error means that
///   there is none: with ErrorCode::Unavailable or DeadlineExceeded, whether it happened is unknown
///   until look_up() says so; every other code is a fault of ours or theirs.
/// * `reference` (for a refund, together with `refund`) names what is asked for: asking twice is
///   asking once.
/// * void_() of what the provider has never heard of is remembered: an authorise() that comes after
///   it is refused (Voided).
/// * Unknown, in answer to a capture or a refund, decides nothing: the provider's books lack a
/// payment
///   that we have with it (they are behind, or were restored, or it is another's).
/// * Never called inside a unit of work. Blocks, never beyond the context's deadline. Safe for
///   concurrent use.
class Provider {
 public:
  virtual ~Provider() = default;

  /// Who it is, e.g. "acmepay/RECSHOP01": in ASCII, the same for as long as there are payments with
  /// it, wherever it is reached. Written down with each payment before it is asked, so that the
  /// party that was asked for the money is the one that takes it and gives it back.
  virtual std::string name() const = 0;
  /// Whoever has that name, for a payment of a time when another one stood here: this one, or one
  /// that it knows of and that lives as long; nullptr when this process reaches nobody of that
  /// name.
  virtual Provider* party(std::string_view name) { return name == this->name() ? this : nullptr; }
  /// Who has a payment of a version before, which wrote nobody's name down: whoever has it in its
  /// books, of this one and those it knows of; nullptr when nobody has. As far as that goes it is a
  /// look_up().
  virtual banyan::Result<Provider*> find(const OrderId& reference, const banyan::Context& context) {
    const banyan::Result<ProviderAnswer> account = look_up(reference, context);
    if (!account) return banyan::fail(account.error());
    return account->status == ProviderStatus::Unknown ? nullptr : this;
  }

  /// Holds the amount. Authorised or Declined; else as it was left by what came before.
  virtual banyan::Result<ProviderAnswer> authorise(const ProviderRequest& request,
                                                   const banyan::Context& context) = 0;
  /// Takes the whole of what is held. Captured, or what it is instead.
  virtual banyan::Result<ProviderAnswer> capture(const OrderId& reference,
                                                 const banyan::Money& amount,
                                                 const banyan::Context& context) = 0;
  /// Frees what is held. Voided, or what it is instead: Captured when this came too late.
  virtual banyan::Result<ProviderAnswer> void_(const OrderId& reference,
                                               const banyan::Context& context) = 0;
  /// Gives some of what was captured back. Refused when `refund` is not among the answer's refunds.
  virtual banyan::Result<ProviderAnswer> refund(const OrderId& reference, const std::string& refund,
                                                const banyan::Money& amount,
                                                const banyan::Context& context) = 0;
  /// What became of it: all that the provider has about our reference.
  virtual banyan::Result<ProviderAnswer> look_up(const OrderId& reference,
                                                 const banyan::Context& context) = 0;
};

}  // namespace payments
