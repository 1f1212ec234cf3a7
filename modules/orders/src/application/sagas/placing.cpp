// SPDX-License-Identifier: Apache-2.0
#include "application/sagas/placing.hpp"

namespace orders {
namespace {

CancelReason reason_of(const std::optional<std::string>& turned_back) {
  if (turned_back == kByCustomer) return CancelReason::ByCustomer;
  if (turned_back == "warehouse.out_of_stock") return CancelReason::OutOfStock;
  if (turned_back == "payments.declined") return CancelReason::PaymentDeclined;
  return CancelReason::Refused;
}

}  // namespace

Result<void> Placing::undone(Order& order, const banyan::SagaRecord& saga, Timestamp now) {
  return order.cancel(reason_of(saga.turned_back), now);
}

Result<void> PlacingV1::done(Order& order, const banyan::SagaRecord& /*saga*/, Timestamp now) {
  Result<void> legal = order.pay(now);
  if (legal) legal = order.ship(now);
  if (legal) legal = order.deliver(now);
  return legal;
}

}  // namespace orders
