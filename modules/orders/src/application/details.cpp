// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"

#include <chrono>

#include "application/sagas/cancelling.hpp"
#include "application/sagas/returning.hpp"

namespace orders {

using banyan::SagaInstance;
using banyan::SagaPhase;
using banyan::SagaStatus;

Fulfilment fulfilment_of(SagaStatus status, SagaPhase phase, std::string_view saga) {
  switch (status) {
    case SagaStatus::Done:
    case SagaStatus::Undone: return Fulfilment::Done;
    case SagaStatus::Stuck: return Fulfilment::Stuck;
    case SagaStatus::Active: break;
  }
  if (saga == Returning::info.name) return Fulfilment::Returning;
  const bool cancelling = saga == Cancelling::info.name || phase == SagaPhase::Back;
  return cancelling ? Fulfilment::Cancelling : Fulfilment::InProgress;
}

OrderDetails details_of(const Order& of, const std::optional<SagaInstance>& saga) {
  const Order::Data& order = of.data();
  OrderDetails details{
      .id = order.id,
      .customer = order.customer,
      .state = order.state,
      .cancel_reason = order.cancel_reason,
      .lines = order.lines,
      .net = {order.total.minor_units - order.tax.minor_units, order.total.currency},
      .tax_rate = order.tax_rate.hundredths,
      .tax = order.tax,
      .total = order.total,
      .payment_method = order.payment_method,
      .placed_at = order.placed_at,
      .fulfilment = Fulfilment::Done,
      .problem = std::nullopt,
      .brought_back_at = order.brought_back_at};
  if (saga) {
    const banyan::SagaRecord& record = saga->data();
    details.fulfilment = fulfilment_of(record.status, record.phase, record.name);
    details.problem = record.problem;
  }
  return details;
}

KnownName known_name(const std::string& id, const std::optional<std::string>& name) {
  return {id, name.value_or(id), name ? NameState::Known : NameState::Gone};
}

KnownName unknown_name(const std::string& id) { return {id, id, NameState::NotYet}; }

banyan::Result<OrderDetails> answer_to_placing(const Order& order,
                                               const std::optional<SagaInstance>& saga) {
  const std::optional<CancelReason> reason = order.data().cancel_reason;
  const std::string problem = saga ? saga->data().problem.value_or("") : "";
  if (reason == CancelReason::OutOfStock) {
    return banyan::fail(banyan::ErrorCode::FailedPrecondition, "orders.out_of_stock",
                        "order " + order.data().id.str() +
                            " was cancelled, not all of it is in stock: " +
                            (problem.empty() ? "not enough copies are available" : problem));
  }
  if (reason == CancelReason::PaymentDeclined) {
    return banyan::fail(banyan::ErrorCode::FailedPrecondition, "orders.payment_declined",
                        "order " + order.data().id.str() +
                            " was cancelled, the payment was declined: " + problem +
                            "; order again and pay with something else");
  }
  return details_of(order, saga);
}

std::unexpected<banyan::Error> busy(const Order& order, const SagaInstance& saga) {
  // Nearly always it is at work this moment; else whoever asks in vain asks once more.
  constexpr std::chrono::seconds kSoon{1};
  return banyan::fail({banyan::ErrorCode::Conflict,
                       "orders.busy",
                       "order " + order.data().id.str() + " is busy with " + saga.data().name +
                           "; ask again when that is over",
                       {},
                       kSoon});
}

std::unexpected<banyan::Error> unknown_order(const OrderId& id) {
  return banyan::fail(banyan::ErrorCode::NotFound, "orders.unknown_order",
                      "there is no order " + id.str());
}

}  // namespace orders
