// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_payment.hpp"
#include "application/use_cases.hpp"

namespace payments {

banyan::Result<Payment> get_payment(const UseCaseContext& use_case, const GetPayment& request,
                                    const banyan::Context& context) {
  const std::optional<OrderPayment> payment = use_case.store.read(
      context, [&](PaymentsReading& payments) { return payments.find(request.order); });
  if (!payment) return unknown_payment(request.order);
  return payment->data();
}

}  // namespace payments
