// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "banyan/kernel/paging.hpp"

namespace orders {

banyan::Result<OrderPage> list_orders(const UseCaseContext& use_case, const ListOrders& request,
                                      const banyan::Context& context) {
  auto page = banyan::page_request("orders", "orders", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  OrderPage answer;
  answer.orders = use_case.store.read(context, [&](OrdersReading& orders) {
    return orders.page(request.customer, page->after, page->limit + 1);
  });
  if (std::cmp_greater(answer.orders.size(), page->limit)) {
    answer.orders.pop_back();
    answer.next_cursor = banyan::make_cursor("orders", answer.orders.back().id.str());
  }
  return answer;
}

}  // namespace orders
