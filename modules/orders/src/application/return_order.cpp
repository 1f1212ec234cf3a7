// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/sagas/calls.hpp"
#include "application/use_cases.hpp"

namespace orders {
namespace {

using banyan::fail;
using banyan::Result;

std::unexpected<banyan::Error> not_returnable(const Order& order) {
  const Order::Data& data = order.data();
  const bool before_payments = order.may_be_taken_back() && data.payment_method.empty();
  return fail(banyan::ErrorCode::FailedPrecondition, "orders.not_returnable",
              "order " + data.id.str() + " is " + std::string(word_of(data.state)) +
                  (before_payments
                       ? ", and was not paid through this shop"
                       : "; what is delivered can be returned, or was brought back on its way"));
}

/// Is it on its way to the customer, as far as shipping has heard? Then no saga is begun: whoever
/// asked again and again would leave one behind each time. Where shipping does not answer, the saga
/// waits for it.
bool is_on_its_way(const UseCaseContext& use_case, const OrderWithSaga& found,
                   const banyan::Context& context) {
  if (found.order.data().state != OrderState::Shipped) return false;
  if (found.saga && found.saga->open()) return false;
  const auto parcel = use_case.shipping.handle(
      shipping::GetConsignment{id_for<shipping::OrderId>(found.order)}, context);
  if (!parcel || parcel->brought_back_at) return false;
  return parcel->state != shipping::ConsignmentState::Delivered &&
         parcel->state != shipping::ConsignmentState::Returning &&
         parcel->state != shipping::ConsignmentState::Returned;
}

}  // namespace

Result<OrderDetails> return_order(const UseCaseContext& use_case, const ReturnOrder& request,
                                  const banyan::Context& context) {
  const std::optional<OrderWithSaga> known =
      use_case.store.read(context, [&](OrdersReading& orders) { return orders.find(request.id); });
  if (!known) return unknown_order(request.id);
  if (is_on_its_way(use_case, *known, context)) return not_returnable(known->order);
  Result<OrderEngine::Case> begun = use_case.store.write(
      context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<OrderEngine::Case> {
        std::optional<OrderWithSaga> found = orders.find(request.id);
        if (!found) return unknown_order(request.id);
        const Order::Data& order = found->order.data();
        // To return again is to see how far it is.
        if (order.state == OrderState::Returned) return case_of(*std::move(found));
        if (found->saga && found->saga->open()) {
          if (found->saga->data().name == Returning::info.name) return case_of(*std::move(found));
          return busy(found->order, *found->saga);
        }
        if (!found->order.may_be_taken_back() || order.payment_method.empty()) {
          return not_returnable(found->order);
        }
        auto fresh = use_case.sagas.begin<Returning>(orders, unit, order.id.str(), found->order,
                                                     use_case.sagas.id_after(found->saga));
        if (!fresh) return busy(found->order, *found->saga);
        return *std::move(fresh);
      });
  if (!begun) return fail(std::move(begun.error()));
  const auto driven = use_case.sagas.drive(*std::move(begun), context);
  if (driven.saga.data().status == banyan::SagaStatus::Undone) return not_returnable(driven.state);
  return details_of(driven.state, driven.saga);
}

}  // namespace orders
