// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/drive_saga.hpp"

namespace orders {
namespace {

using banyan::fail;
using banyan::Result;

Result<OrderDetails> answer_with(const Case& order) {
  if (order.order.data().state == OrderState::Confirmed) {
    return fail(banyan::ErrorCode::FailedPrecondition, "orders.already_confirmed",
                "order " + order.order.data().id.str() + " is sold; it cannot be cancelled");
  }
  return details_of(order);
}

}  // namespace

Result<OrderDetails> cancel_order(const Desk& desk, const CancelOrder& request,
                                  const banyan::Context& context) {
  const std::string holder = new_lease_holder(desk);
  Result<Case> turned = desk.store.write(
      context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<Case> {
        std::optional<Case> found = orders.find(request.id);
        if (!found) return unknown_order(request.id);
        if (found->order.finished()) return *std::move(found);
        if (found->saga.data().goal != Saga::Goal::Cancel) found->saga.turn_back();
        // Somebody else who drives it now will find that it goes the other way.
        found->saga.lease(holder, unit.lease_now(), desk.policy);
        orders.save(*found);
        return *std::move(found);
      });
  if (!turned) return fail(std::move(turned.error()));
  return answer_with(drive_saga(desk, *std::move(turned), holder, context));
}

}  // namespace orders
