// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/use_cases.hpp"

namespace orders {

using banyan::fail;
using banyan::Result;

Result<OrderDetails> resume_order(const UseCaseContext& use_case, const ResumeOrder& request,
                                  const banyan::Context& context) {
  bool resumed = false;
  Result<OrderWithSaga> found = use_case.store.write(
      context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<OrderWithSaga> {
        adopt_old_saga(use_case.sagas, orders, unit, request.id, /*idle_only=*/true);
        std::optional<OrderWithSaga> order = orders.find(request.id);
        if (!order) return unknown_order(request.id);
        resumed = order->saga && use_case.sagas.interfere(orders, unit, *order->saga,
                                                          &banyan::SagaInstance::resume);
        return *std::move(order);
      });
  if (!found) return fail(std::move(found.error()));
  if (!resumed) return details_of(found->order, found->saga);
  const auto driven = use_case.sagas.drive({found->order, *found->saga}, context);
  return details_of(driven.state, driven.saga);
}

}  // namespace orders
