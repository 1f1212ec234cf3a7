// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/use_cases.hpp"

namespace orders {

using banyan::fail;
using banyan::Result;

Result<OrderDetails> resume_order(const UseCaseContext& use_case, const ResumeOrder& request,
                                  const banyan::Context& context) {
  Result<OrderEngine::Case> found = use_case.store.write(
      context, [&](OrdersWriting& orders, banyan::UnitOfWork& unit) -> Result<OrderEngine::Case> {
        adopt_old_saga(use_case.sagas, orders, unit, request.id, /*idle_only=*/true);
        std::optional<OrderWithSaga> order = orders.find(request.id);
        if (!order) return unknown_order(request.id);
        if (order->saga) {
          auto resumed = use_case.sagas.interfere(orders, unit, order->order, *order->saga,
                                                  &banyan::SagaInstance::resume);
          if (resumed) return *std::move(resumed);
        }
        return case_of(*std::move(order));
      });
  if (!found) return fail(std::move(found.error()));
  const auto driven = use_case.sagas.drive(*std::move(found), context);
  return details_of(driven.state, driven.saga);
}

}  // namespace orders
