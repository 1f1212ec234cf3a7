// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "application/ask_provider.hpp"
#include "application/publish_changes.hpp"
#include "application/unknown_payment.hpp"
#include "application/use_cases.hpp"

namespace payments {
namespace {

using banyan::Context;
using banyan::fail;
using banyan::Result;

/// Of what is held the provider is asked by whatever comes next; of what is taken, given back, or
/// over, nobody asks again.
bool settles(const OrderPayment& before, const OrderPayment& after) {
  if (before.data().refunds != after.data().refunds) return true;
  return before.data().state != after.data().state &&
         after.data().state != PaymentState::Authorised;
}

/// What has been looked up at the provider because of a note.
struct LookedUp {
  ProviderAnswer account;
  std::string provider;  ///< who has said it
};

/// One unit of work: the payment as it is then, or whom to ask before it is what the note says.
struct Noted {
  Payment payment;
  Provider* to_ask = nullptr;
};

std::unexpected<banyan::Error> is_not_so(const OrderId& order) {
  return fail(banyan::ErrorCode::FailedPrecondition, "payments.books_differ",
              "order " + order.str() +
                  ": a note in the provider's name says what its books do not. It was not "
                  "believed; find out who has sent it, and change the secret if it was not the "
                  "provider");
}

Result<Noted> learn(const UseCaseContext& use_case, const NoteProviderResult& note,
                    const std::optional<LookedUp>& looked_up, const Context& context) {
  const banyan::Timestamp now = use_case.clock.now();
  bool is_so = true;
  Result<Noted> known = use_case.store.write(
      context, [&](PaymentsWriting& payments, banyan::UnitOfWork& unit) -> Result<Noted> {
        is_so = true;
        std::optional<OrderPayment> payment = payments.find(note.order);
        if (!payment) return unknown_payment(note.order);
        const OrderPayment before = *payment;
        if (looked_up) {
          if (auto learned = payment->learn(looked_up->account); !learned) {
            return fail(learned.error());
          }
          if (looked_up->account.status != ProviderStatus::Unknown) {
            payment->is_with(looked_up->provider);
          }
        }
        OrderPayment noted = *payment;
        const Result<void> learned = noted.learn(note.result);
        Provider* to_ask = nullptr;
        if (looked_up) {
          // What the books say is learned, whatever the note says.
          is_so = learned && !settles(*payment, noted);
        } else if (!learned) {
          return fail(learned.error());
        } else if (settles(before, noted)) {
          const Result<Provider*> found = provider_of(before, use_case.provider);
          if (!found) return fail(found.error());
          to_ask = *found;
        } else {
          payment = std::move(noted);
        }
        if (*payment != before) {
          payments.put(*payment, now);
          publish_changes(unit, before, *payment, now);
        }
        return Noted{payment->data(), to_ask};
      });
  if (known && !is_so) return is_not_so(note.order);
  return known;
}

}  // namespace

Result<Payment> note_provider_result(const UseCaseContext& use_case,
                                     const NoteProviderResult& request, const Context& context) {
  Result<Noted> known = learn(use_case, request, std::nullopt, context);
  if (!known) return fail(known.error());
  if (known->to_ask == nullptr) return std::move(known->payment);
  Result<ProviderAnswer> account =
      known->to_ask->look_up(request.order, for_the_provider(context, use_case.clock));
  if (!account) return provider_unavailable(request.order, account.error().message);
  known = learn(use_case, request, LookedUp{*std::move(account), known->to_ask->name()}, context);
  if (!known) return fail(known.error());
  return std::move(known->payment);
}

}  // namespace payments
