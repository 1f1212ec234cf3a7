// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/drive_saga.hpp"

namespace orders {

using banyan::fail;
using banyan::Result;

Result<OrderDetails> resume_order(const Desk& desk, const ResumeOrder& request,
                                  const banyan::Context& context) {
  const std::string holder = new_lease_holder(desk);
  Result<Case> resumed = desk.store.write(
      context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<Case> {
        std::optional<Case> found = orders.find(request.id);
        if (!found) return unknown_order(request.id);
        if (found->saga.data().status != Saga::Status::Stuck) return *std::move(found);
        found->saga.resume();
        found->saga.lease(holder, unit.lease_now(), desk.policy);
        orders.save(*found);
        return *std::move(found);
      });
  if (!resumed) return fail(std::move(resumed.error()));
  return details_of(drive_saga(desk, *std::move(resumed), holder, context));
}

}  // namespace orders
