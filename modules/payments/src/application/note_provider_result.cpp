// SPDX-License-Identifier: Apache-2.0
#include "application/publish_changes.hpp"
#include "application/unknown_payment.hpp"
#include "application/use_cases.hpp"

namespace payments {

using banyan::Result;

Result<Payment> note_provider_result(const UseCaseContext& use_case,
                                     const NoteProviderResult& request,
                                     const banyan::Context& context) {
  const banyan::Timestamp now = use_case.clock.now();
  return use_case.store.write(
      context, [&](PaymentsWriting& payments, banyan::UnitOfWork& unit) -> Result<Payment> {
        std::optional<OrderPayment> payment = payments.find(request.order);
        if (!payment) return unknown_payment(request.order);
        const OrderPayment before = *payment;
        if (Result<void> learned = payment->learn(request.result); !learned) {
          return banyan::fail(learned.error());
        }
        if (*payment != before) {
          payments.put(*payment, now);
          publish_changes(unit, before, *payment, now);
        }
        return payment->data();
      });
}

}  // namespace payments
