// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/sagas/calls.hpp"

namespace orders {

/// Takes a delivered order back: the money follows when the parcel has arrived. An order that is on
/// its way out as well, if shipping says that it was brought back: then the parcel is there
/// already.
struct Returning {
  using State = Order;
  static constexpr banyan::SagaInfo info{
      .name = "return_order",
      .summary = "Fetches an order, if it is not here already, and gives the money back then."};
  using Steps =
      banyan::SagaSteps<banyan::Pivot<FetchConsignment>, banyan::Await<ConsignmentIsBack>,
                        banyan::Retriable<TakeStockBack>, banyan::Retriable<RefundPayment>>;

  static Result<void> done(Order& order, const banyan::SagaRecord& /*saga*/, Timestamp now) {
    return order.take_back(now);
  }
};

}  // namespace orders
