// SPDX-License-Identifier: Apache-2.0
#include "application/see_through.hpp"
#include "application/unknown_payment.hpp"

namespace payments {

banyan::Result<Payment> refund(const UseCaseContext& use_case, const Refund& request,
                               const banyan::Context& context) {
  if (auto checked = check(request); !checked) return banyan::fail(checked.error());
  return see_through(
      use_case, request.order,
      [&](std::optional<OrderPayment>& payment) -> banyan::Result<NextStep> {
        if (!payment) return unknown_payment(request.order);
        return payment->refund(request);
      },
      context, request.refund);
}

}  // namespace payments
