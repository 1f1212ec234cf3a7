// SPDX-License-Identifier: Apache-2.0
#include "application/see_through.hpp"

#include <algorithm>
#include <stdexcept>

#include "application/adopt.hpp"
#include "application/ask_provider.hpp"
#include "application/publish_changes.hpp"

namespace payments {
namespace {

using banyan::fail;
using banyan::Result;
using Kind = NextStep::Kind;

/// Found out who has it; looked up, finished what was asked first, asked: and once more each, if
/// others do the same.
constexpr int kMostRounds = 7;

/// What the provider has said, and to which question; nothing for a look-up.
struct News {
  ProviderAnswer account;
  std::string provider;  ///< who has said it
  std::optional<Kind> asked;
};

/// One unit of work: where the payment is then, and what comes next.
struct Turn {
  Payment payment;
  Result<NextStep> next;
  Provider* provider = nullptr;  ///< to be asked; null when nothing is, or nobody knows whom
};

/// What versions before took for a method was any word, and the provider took it for a card's.
Method method_of(const std::string& word) {
  return method_from(word).value_or(Method{Method::Kind::Card, word});
}

Result<ProviderAnswer> ask(Provider& provider, const Payment& payment, Kind what,
                           const std::string& refund, const banyan::Context& context) {
  switch (what) {
    case Kind::Authorise:
      return provider.authorise({payment.order, payment.customer.value(), payment.amount.value(),
                                 method_of(payment.method.value())},
                                context);
    case Kind::Capture: return provider.capture(payment.order, payment.amount.value(), context);
    case Kind::Void: return provider.void_(payment.order, context);
    case Kind::Refund: {
      const auto asked = std::ranges::find(payment.refunds, refund, &PaymentRefund::refund);
      return provider.refund(payment.order, refund,
                             {asked->amount, payment.amount.value().currency}, context);
    }
    case Kind::Settled: break;
  }
  throw std::logic_error("payments: nothing is asked of the provider by a settled payment");
}

}  // namespace

Result<Payment> see_through(const UseCaseContext& use_case, const OrderId& order,
                            const Decide& decide, const banyan::Context& context,
                            const std::string& refund) {
  std::optional<News> news;
  bool looked_up = false;
  for (int round = 0; round < kMostRounds; ++round) {
    const banyan::Timestamp now = use_case.clock.now();
    // A refusal is written down too, hence a success of the unit of work.
    Result<Turn> turn = use_case.store.write(
        context, [&](PaymentsWriting& payments, banyan::UnitOfWork& unit) -> Result<Turn> {
          std::optional<OrderPayment> payment = payments.find(order);
          const std::optional<OrderPayment> before = payment;
          if (news && payment) {
            Result<void> learned = payment->learn(news->account);
            if (learned && news->asked)
              learned = payment->check_answer(*news->asked, news->account);
            if (!learned) return fail(learned.error());
            if (news->account.status != ProviderStatus::Unknown) payment->is_with(news->provider);
            if (news->asked == Kind::Refund) payment->refund_refused(refund);
          }
          Result<NextStep> next = decide(payment);
          if (!payment) return fail(next.error());
          Provider* provider = nullptr;
          if (next && next->kind != Kind::Settled) {
            // Nothing is written down as asked for before it is known whom to ask.
            if (before && payment->is_with_somebody_unknown()) {
              return Turn{before->data(), std::move(next), nullptr};
            }
            const Result<Provider*> found = provider_of(*payment, use_case.provider);
            if (!found) return fail(found.error());
            provider = *found;
            // Of what a version before has begun and nobody has answered: whoever does.
            if (!before) payment->is_with(provider->name());
          }
          if (payment != before) {
            payments.put(*payment, now);
            publish_changes(unit, before, *payment, now);
          }
          return Turn{payment->data(), std::move(next), provider};
        });
    if (!turn) return fail(turn.error());
    if (!turn->next) return fail(turn->next.error());
    const NextStep next = *turn->next;
    if (next.kind == Kind::Settled) return std::move(turn->payment);
    if (turn->provider == nullptr) {
      if (auto adopted = adopt(use_case, order, context); !adopted) return fail(adopted.error());
      continue;
    }

    const bool ask_what_became_of_it = !next.first_time && !looked_up;
    const banyan::Context outside = for_the_provider(context, use_case.clock);
    const Result<ProviderAnswer> answer =
        ask_what_became_of_it ? turn->provider->look_up(order, outside)
                              : ask(*turn->provider, turn->payment, next.kind, refund, outside);
    if (!answer) return provider_unavailable(order, answer.error().message);
    looked_up = ask_what_became_of_it;
    news = News{*answer, turn->provider->name(),
                ask_what_became_of_it ? std::nullopt : std::optional(next.kind)};
  }
  return provider_unavailable(order, "the provider answers, and does not decide.");
}

}  // namespace payments
