// SPDX-License-Identifier: Apache-2.0
#include "application/see_through.hpp"

namespace payments {

banyan::Result<Payment> authorise(const UseCaseContext& use_case, const Authorise& request,
                                  const banyan::Context& context) {
  if (auto checked = check(request); !checked) return banyan::fail(checked.error());
  return see_through(
      use_case, request.order,
      [&](std::optional<OrderPayment>& payment) -> banyan::Result<NextStep> {
        if (payment) return payment->authorise(request);
        payment = OrderPayment::requested(request);
        return NextStep{NextStep::Kind::Authorise, true};
      },
      context);
}

}  // namespace payments
