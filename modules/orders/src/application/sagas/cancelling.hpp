// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/sagas/calls.hpp"

namespace orders {

/// Takes back an order that is paid. Shipping has the word on whether it is too late; then nothing
/// has happened, and the order stays as it is. (Before it is paid, the saga that places it turns
/// back instead.)
struct Cancelling {
  using State = Order;
  static constexpr banyan::SagaInfo info{
      .name = "cancel_order",
      .summary = "Stops the parcel of a paid order and gives stock and money back."};
  using Steps = banyan::SagaSteps<banyan::Pivot<StopConsignment>, banyan::Retriable<RefundPayment>,
                                  banyan::Retriable<TakeStockBack>>;

  static Result<void> done(Order& order, const banyan::SagaRecord& /*saga*/, Timestamp now) {
    return order.cancel(CancelReason::ByCustomer, now);
  }
};

}  // namespace orders
