// SPDX-License-Identifier: Apache-2.0
#include "application/see_through.hpp"
#include "application/unknown_payment.hpp"

namespace payments {

banyan::Result<Payment> capture(const UseCaseContext& use_case, const Capture& request,
                                const banyan::Context& context) {
  return see_through(
      use_case, request.order,
      [&](std::optional<OrderPayment>& payment) -> banyan::Result<NextStep> {
        if (!payment) return unknown_payment(request.order);
        return payment->capture();
      },
      context);
}

}  // namespace payments
