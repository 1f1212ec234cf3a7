// SPDX-License-Identifier: Apache-2.0
#include "application/adopt.hpp"

#include "application/ask_provider.hpp"

namespace payments {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

Result<void> adopt(const UseCaseContext& use_case, const OrderId& order,
                   const banyan::Context& context) {
  // Once it is written down the next try goes on from there, also where no time is left for more.
  const Result<Provider*> found =
      use_case.provider.find(order, for_the_provider(context, use_case.clock));
  if (!found) {
    return provider_unavailable(order, found.error().message);
  }
  if (*found == nullptr) {
    return fail(ErrorCode::Internal, "payments.other_provider",
                "order " + order.str() +
                    ": a version before has not written down who has this payment, and nobody "
                    "whom this process reaches (" +
                    use_case.provider.name() +
                    ") has it in its books. Nothing was changed; start it with the options of "
                    "whoever took the money, then ask again");
  }
  return use_case.store.write(context, [&](PaymentsWriting& payments) -> Result<void> {
    std::optional<OrderPayment> payment = payments.find(order);
    if (!payment || !payment->is_with_somebody_unknown()) return {};
    payment->is_with((*found)->name());
    payments.put(*payment, use_case.clock.now());
    return {};
  });
}

}  // namespace payments
