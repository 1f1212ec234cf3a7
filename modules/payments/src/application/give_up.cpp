// SPDX-License-Identifier: Apache-2.0
#include "application/see_through.hpp"

namespace payments {

banyan::Result<Payment> give_up(const UseCaseContext& use_case, const Void& request,
                                const banyan::Context& context) {
  return see_through(
      use_case, request.order,
      [&](std::optional<OrderPayment>& payment) -> banyan::Result<NextStep> {
        if (payment) return payment->give_up();
        // Nothing was asked for yet, but a request may still be on its way: leave a note for it.
        payment = OrderPayment::given_up(request.order);
        return NextStep{};
      },
      context);
}

}  // namespace payments
