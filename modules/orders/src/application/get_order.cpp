// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/use_cases.hpp"

namespace orders {

banyan::Result<OrderDetails> get_order(const UseCaseContext& use_case, const GetOrder& request,
                                       const banyan::Context& context) {
  const std::optional<OrderWithSaga> found =
      use_case.store.read(context, [&](OrdersReading& orders) { return orders.find(request.id); });
  if (!found) return unknown_order(request.id);
  return details_of(found->order, found->saga);
}

}  // namespace orders
