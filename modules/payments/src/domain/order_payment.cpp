// SPDX-License-Identifier: Apache-2.0
#include "domain/order_payment.hpp"

#include <algorithm>
#include <numeric>

namespace payments {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

constexpr std::size_t kLongestWord = 64;

bool is_visible(char c) { return c > ' ' && c <= '~'; }
bool is_of_an_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}
bool is_word(std::string_view text, bool (*good)(char)) {
  return !text.empty() && text.size() <= kLongestWord && std::ranges::all_of(text, good);
}

std::unexpected<banyan::Error> bad_amount(std::string where) {
  return fail(ErrorCode::InvalidArgument, "payments.bad_amount",
              "an amount is of 1 … 1000000000 minor units",
              {{std::move(where), "expected 1 … 1000000000"}});
}

std::unexpected<banyan::Error> refused(const Payment& payment, std::string rule,
                                       std::string_view why) {
  return fail(ErrorCode::FailedPrecondition, std::move(rule),
              "order " + payment.order.str() + ": " + std::string(why));
}

std::unexpected<banyan::Error> declined(const Payment& payment) {
  return refused(payment, "payments.declined",
                 "the payment was declined (" + payment.reason.value_or("no reason given") +
                     "); pay with something else, by a new order");
}

std::unexpected<banyan::Error> voided(const Payment& payment) {
  return refused(payment, "payments.voided",
                 "the payment was given up; no money can be held or taken for it any more");
}

std::unexpected<banyan::Error> books_differ(const Payment& payment, std::string_view how) {
  return refused(payment, "payments.books_differ",
                 "the provider's books and ours differ: " + std::string(how) +
                     ". Nothing was changed; compare both by hand");
}

}  // namespace

Result<void> check(const Authorise& request) {
  if (request.amount.minor_units < kLeastAmount || request.amount.minor_units > kMostAmount) {
    return bad_amount("/amount/minor_units");
  }
  // Versions before took any word, and orders of theirs may still be on their way. Refused here,
  // their sagas would go back and leave held what the provider has been asked for already. New
  // orders are held to method_from() by orders.
  if (is_word(request.method, is_visible)) return {};
  // Whatever was typed in, perhaps the number of a card, is not said again.
  return fail(ErrorCode::InvalidArgument, "payments.bad_method",
              "nobody can pay with that; there are " + std::string(kMethodWords),
              {{"/method", "expected one of these"}});
}

Result<void> check(const Refund& request) {
  if (!is_word(request.refund, is_of_an_id)) {
    return fail(ErrorCode::InvalidArgument, "payments.bad_refund",
                "the id of a refund is 1 … 64 letters, digits, '-', '_' and '.'",
                {{"/refund", "expected 1 … 64 letters, digits, '-', '_' and '.'"}});
  }
  if (request.amount >= kLeastAmount && request.amount <= kMostAmount) return {};
  return bad_amount("/amount");
}

OrderPayment OrderPayment::requested(const Authorise& request) {
  return stored(Payment{.order = request.order,
                        .customer = request.customer,
                        .amount = request.amount,
                        .method = request.method},
                Asked::Authorise, std::nullopt, request.country);
}

OrderPayment OrderPayment::given_up(OrderId order) {
  return {Payment{.order = std::move(order), .state = PaymentState::Voided}, Asked::Nothing};
}

NextStep OrderPayment::finish() const {
  switch (asked_) {
    case Asked::Nothing: break;
    case Asked::Authorise: return {NextStep::Kind::Authorise};
    case Asked::Capture: return {NextStep::Kind::Capture};
    case Asked::Void: return {NextStep::Kind::Void};
  }
  return {};
}

NextStep OrderPayment::ask(Asked what) {
  const bool first_time = asked_ != what;
  asked_ = what;
  NextStep next = finish();
  next.first_time = first_time;
  return next;
}

Result<NextStep> OrderPayment::authorise(const Authorise& request) const {
  if (payment_.state == PaymentState::Voided) return voided(payment_);
  if (payment_.customer != request.customer || payment_.amount != request.amount ||
      payment_.method != request.method) {
    return fail(ErrorCode::Conflict, "payments.differs",
                "order " + request.order.str() +
                    " has a payment of another amount, customer or method; an order is paid once");
  }
  if (payment_.state == PaymentState::Declined) return declined(payment_);
  if (payment_.state == PaymentState::Requested || asked_ == Asked::Void) return finish();
  return NextStep{};
}

Result<NextStep> OrderPayment::capture() {
  switch (payment_.state) {
    case PaymentState::Requested: return finish();
    case PaymentState::Authorised: return asked_ == Asked::Void ? finish() : ask(Asked::Capture);
    case PaymentState::Declined: return declined(payment_);
    case PaymentState::Voided: return voided(payment_);
    case PaymentState::Captured:
    case PaymentState::Refunded: break;
  }
  return NextStep{};
}

Result<NextStep> OrderPayment::give_up() {
  switch (payment_.state) {
    case PaymentState::Requested: return ask(Asked::Void);
    case PaymentState::Authorised: return asked_ == Asked::Capture ? finish() : ask(Asked::Void);
    case PaymentState::Declined:
    case PaymentState::Voided: return NextStep{};
    case PaymentState::Captured:
    case PaymentState::Refunded: break;
  }
  return refused(payment_, "payments.already_captured",
                 "the money was taken already; give it back by a refund");
}

Result<NextStep> OrderPayment::refund(const Refund& request) {
  if (const PaymentRefund* known = find_refund(request.refund)) {
    if (known->amount != request.amount) {
      return fail(ErrorCode::Conflict, "payments.differs",
                  "refund " + request.refund + " of order " + request.order.str() +
                      " is of another amount; give each refund an id of its own");
    }
    switch (known->state) {
      case RefundState::Requested: return NextStep{NextStep::Kind::Refund};
      case RefundState::Done: return NextStep{};
      case RefundState::Refused: break;
    }
    return refused(payment_, "payments.refund_refused",
                   "the provider refused refund " + request.refund);
  }
  if (payment_.state == PaymentState::Authorised && asked_ == Asked::Capture) return finish();
  if (payment_.state != PaymentState::Captured && payment_.state != PaymentState::Refunded) {
    return refused(payment_, "payments.not_captured", "no money was taken, so none is given back");
  }
  const std::int64_t promised =
      std::accumulate(payment_.refunds.begin(), payment_.refunds.end(), std::int64_t{0},
                      [](std::int64_t sum, const PaymentRefund& each) {
                        return each.state == RefundState::Refused ? sum : sum + each.amount;
                      });
  const std::int64_t left = payment_.amount->minor_units - promised;
  if (request.amount > left) {
    return refused(payment_, "payments.over_refund",
                   "of what was taken " + std::to_string(left) +
                       " minor units are left, and no more can be given back");
  }
  payment_.refunds.push_back({request.refund, request.amount, RefundState::Requested});
  return NextStep{NextStep::Kind::Refund, true};
}

PaymentRefund* OrderPayment::find_refund(const std::string& refund) {
  const auto found = std::ranges::find(payment_.refunds, refund, &PaymentRefund::refund);
  return found == payment_.refunds.end() ? nullptr : &*found;
}

Result<void> OrderPayment::learn(const ProviderAnswer& account) {
  const OrderPayment before = *this;
  Result<void> learned = learn_status(account);
  for (const ProviderRefund& refund : account.refunds) {
    if (learned) learned = learn_refund(refund);
  }
  if (!learned) *this = before;
  return learned;
}

Result<void> OrderPayment::learn_status(const ProviderAnswer& account) {
  using enum PaymentState;
  const PaymentState state = payment_.state;
  const bool open = state == Requested || state == Authorised;
  const bool taken = state == Captured || state == Refunded;
  if (account.amount && payment_.amount && *account.amount != *payment_.amount) {
    return books_differ(payment_, "it speaks of " + to_string(*account.amount) + ", and we of " +
                                      to_string(*payment_.amount));
  }
  const auto become = [&](PaymentState next) -> Result<void> {
    payment_.state = next;
    // A void that is on its way is not answered by the news that there is something to void.
    if (next != Authorised || asked_ == Asked::Authorise) asked_ = Asked::Nothing;
    return {};
  };
  switch (account.status) {
    case ProviderStatus::Unknown: return {};
    case ProviderStatus::Authorised:
      if (state == Declined) return books_differ(payment_, "it holds what it had declined");
      return state == Requested ? become(Authorised) : Result<void>();
    case ProviderStatus::Declined:
      if (state == Authorised || taken) {
        return books_differ(payment_, "it has declined what it had authorised");
      }
      if (state != Requested) return {};
      payment_.reason = account.reason;
      return become(Declined);
    case ProviderStatus::Captured:
      if (open) return become(Captured);
      if (taken) return {};
      return books_differ(payment_, "it has taken money that was given up");
    case ProviderStatus::Voided:
      if (open) return become(Voided);
      if (!taken) return {};
      return books_differ(payment_, "it has voided what it had taken");
  }
  return {};
}

Result<void> OrderPayment::learn_refund(const ProviderRefund& refund) {
  PaymentRefund* const known = find_refund(refund.refund);
  if (known == nullptr || known->amount != refund.amount) {
    return books_differ(payment_, "it has given back " + std::to_string(refund.amount) +
                                      " as refund " + refund.refund + ", which nobody asked for");
  }
  if (known->state == RefundState::Done) return {};
  known->state = RefundState::Done;
  payment_.refunded += known->amount;
  if (payment_.refunded == payment_.amount->minor_units) payment_.state = PaymentState::Refunded;
  return {};
}

Result<void> OrderPayment::check_answer(NextStep::Kind asked, const ProviderAnswer& account) const {
  const bool knows_nothing = account.status == ProviderStatus::Unknown;
  if (asked == NextStep::Kind::Capture && knows_nothing) {
    return books_differ(payment_, "it knows nothing of the money that it holds for us");
  }
  const bool has_taken_nothing = knows_nothing || account.status == ProviderStatus::Authorised;
  if (asked == NextStep::Kind::Refund && has_taken_nothing) {
    return books_differ(payment_, "it knows nothing of the money that it has taken for us");
  }
  return {};
}

void OrderPayment::refund_refused(const std::string& refund) {
  PaymentRefund* const known = find_refund(refund);
  if (known != nullptr && known->state == RefundState::Requested) {
    known->state = RefundState::Refused;
  }
}

}  // namespace payments
