// SPDX-License-Identifier: Apache-2.0
#include "application/details.hpp"
#include "application/names/freshness.hpp"
#include "application/use_cases.hpp"

namespace orders {
namespace {

constexpr std::size_t kMostLines = 1'000;  // more than an order has

}  // namespace

banyan::Result<OrderDetails> get_order(const UseCaseContext& use_case, const GetOrder& request,
                                       const banyan::Context& context) {
  const auto known = use_case.freshness.known();
  std::optional<OrderDetails> details = use_case.store.read(context, [&](OrdersReading& orders) {
    std::optional<OrderDetails> answer;
    const std::optional<OrderWithSaga> found = orders.find(request.id);
    if (!found) return answer;
    answer = details_of(found->order, found->saga);
    auto names = orders.names_of(std::nullopt, request.id, request.id, kMostLines);
    answer->names = std::move(names[request.id]);
    answer->names_complete_until = names_complete_until(orders.names(), known);
    return answer;
  });
  if (!details) return unknown_order(request.id);
  return *std::move(details);
}

}  // namespace orders
