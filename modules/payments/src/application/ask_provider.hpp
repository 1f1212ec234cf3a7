// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "application/use_cases.hpp"

/// What all have in common who ask the provider something.
namespace payments {

/// Whom to ask: who has the payment, else who is here. "payments.other_provider" where this process
/// does not reach who has it.
inline banyan::Result<Provider*> provider_of(const OrderPayment& payment, Provider& here) {
  if (!payment.provider()) return &here;
  if (Provider* const known = here.party(*payment.provider())) return known;
  return banyan::fail(banyan::ErrorCode::Internal, "payments.other_provider",
                      "order " + payment.data().order.str() + ": the payment is with " +
                          *payment.provider() + ", and this process reaches " + here.name() +
                          " only. Nothing was changed; start it with the options of " +
                          *payment.provider() + ", then ask again");
}

/// The time that is left to write down what the provider says is not the provider's.
inline banyan::Context for_the_provider(const banyan::Context& context,
                                        const banyan::Clock& clock) {
  return context.within(context.remaining(clock) * 3 / 4, clock);
}

inline std::unexpected<banyan::Error> provider_unavailable(const OrderId& order,
                                                           const std::string& why) {
  const std::string_view stop = why.ends_with('.') ? "" : ".";
  return banyan::fail(banyan::ErrorCode::Unavailable, "payments.provider_unavailable",
                      "order " + order.str() + ": " + why + std::string(stop) +
                          " Nothing was decided; the same request goes on from here.");
}

}  // namespace payments
