// SPDX-License-Identifier: Apache-2.0
#include "application/publish_changes.hpp"

#include "payments/events.hpp"

namespace payments {
namespace {

bool was_done(const std::optional<OrderPayment>& before, std::size_t i) {
  return before && i < before->data().refunds.size() &&
         before->data().refunds[i].state == RefundState::Done;
}

}  // namespace

void publish_changes(banyan::UnitOfWork& unit, const std::optional<OrderPayment>& before,
                     const OrderPayment& after, banyan::Timestamp now) {
  const Payment& payment = after.data();
  const PaymentState was = before ? before->data().state : PaymentState::Requested;
  const PaymentState is = payment.state;
  const bool taken = is == PaymentState::Captured || is == PaymentState::Refunded;
  if (was == PaymentState::Requested && (is == PaymentState::Authorised || taken)) {
    unit.publish(PaymentAuthorised{payment.order, *payment.customer, *payment.amount, now});
  }
  if (was == PaymentState::Requested && is == PaymentState::Declined) {
    unit.publish(
        PaymentDeclined{payment.order, *payment.customer, *payment.amount, payment.reason, now});
  }
  if (was != PaymentState::Captured && was != PaymentState::Refunded && taken) {
    unit.publish(
        PaymentCaptured{payment.order, *payment.customer, *payment.amount, now, after.country()});
  }
  if (was != PaymentState::Voided && is == PaymentState::Voided) {
    unit.publish(PaymentVoided{payment.order, now});
  }
  std::int64_t given_back = before ? before->data().refunded : 0;
  for (std::size_t i = 0; i < payment.refunds.size(); ++i) {
    const PaymentRefund& refund = payment.refunds[i];
    if (refund.state != RefundState::Done || was_done(before, i)) continue;
    given_back += refund.amount;
    unit.publish(PaymentRefunded{payment.order,
                                 refund.refund,
                                 {refund.amount, payment.amount->currency},
                                 given_back == payment.amount->minor_units,
                                 now});
  }
}

}  // namespace payments
