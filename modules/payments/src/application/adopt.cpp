// SPDX-License-Identifier: Apache-2.0
#include "application/adopt.hpp"

namespace payments {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

Result<void> adopt(const UseCaseContext& use_case, const OrderId& order,
                   const banyan::Context& context) {
  // The other half of the time is for what it will be asked.
  const Result<Provider*> found = use_case.provider.find(
      order, context.within(context.remaining(use_case.clock) / 2, use_case.clock));
  if (!found) {
    return fail(ErrorCode::Unavailable, "payments.provider_unavailable",
                "order " + order.str() + ": " + found.error().message +
                    " Nothing was decided; the same request goes on from here.");
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
