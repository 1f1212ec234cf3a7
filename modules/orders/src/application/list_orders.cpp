// SPDX-License-Identifier: Apache-2.0
#include "application/names/freshness.hpp"
#include "application/use_cases.hpp"
#include "banyan/kernel/paging.hpp"

namespace orders {
namespace {

constexpr std::size_t kTracksShown = 3;  // of each order

}  // namespace

banyan::Result<OrderPage> list_orders(const UseCaseContext& use_case, const ListOrders& request,
                                      const banyan::Context& context) {
  auto page = banyan::page_request("orders", "orders", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  const auto known = use_case.freshness.known();
  OrderPage answer = use_case.store.read(context, [&](OrdersReading& orders) {
    OrderPage found;
    found.orders = orders.page(request.customer, page->after, page->limit + 1);
    if (found.orders.empty()) return found;
    auto names = orders.names_of(request.customer, found.orders.back().id, found.orders.front().id,
                                 kTracksShown);
    for (OrderSummary& order : found.orders) order.names = std::move(names[order.id]);
    found.names_complete_until = names_complete_until(orders.names(), known);
    return found;
  });
  if (std::cmp_greater(answer.orders.size(), page->limit)) {
    answer.orders.pop_back();
    answer.next_cursor = banyan::make_cursor("orders", answer.orders.back().id.str());
  }
  return answer;
}

}  // namespace orders
