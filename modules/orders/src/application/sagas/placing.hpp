// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/sagas/calls.hpp"

namespace orders {

/// Why a saga that places an order turned back because a customer wanted it.
inline constexpr std::string_view kByCustomer = "by_customer";

/// Brings an order from placed to paid, or gives back what was held for it. The warehouse's row is
/// what decides between a sale and a cancellation that cross each other.
struct Placing {
  using State = Order;
  static constexpr banyan::SagaInfo info{.name = "place_order",
                                         .version = 2,
                                         .deadline = std::chrono::days(7),
                                         .summary = "Sells an order: its stock and its money."};
  using Steps =
      banyan::SagaSteps<banyan::Compensable<HoldStock, GiveStockBack>,
                        banyan::Compensable<AuthorisePayment, VoidPayment>,
                        banyan::Pivot<SellStock, GiveStockBack>, banyan::Retriable<CapturePayment>>;

  static Result<void> undone(Order& order, const banyan::SagaRecord& saga, Timestamp now);
};

/// As the shop sold before it took money: what was begun so is ended so, and is paid at the
/// counter.
struct PlacingV1 {
  using State = Order;
  static constexpr banyan::SagaInfo info{.name = "place_order", .version = 1};
  using Steps = banyan::SagaSteps<banyan::Compensable<HoldStock, GiveStockBack>,
                                  banyan::Pivot<SellStock, GiveStockBack>>;

  static Result<void> done(Order& order, const banyan::SagaRecord& saga, Timestamp now);
  static Result<void> undone(Order& order, const banyan::SagaRecord& saga, Timestamp now) {
    return Placing::undone(order, saga, now);
  }
};

}  // namespace orders
