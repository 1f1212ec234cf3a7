// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "banyan/kernel/paging.hpp"

namespace warehouse {

banyan::Result<StockPage> list_stock(const UseCaseContext& use_case, const ListStock& request,
                                     const banyan::Context& context) {
  auto page = banyan::page_request("warehouse", "stock", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  StockPage answer;
  answer.stock = use_case.store.read(context, [&](WarehouseReading& warehouse) {
    return warehouse.stock_page(page->after, page->limit + 1);
  });
  if (std::cmp_greater(answer.stock.size(), page->limit)) {
    answer.stock.pop_back();
    answer.next_cursor = banyan::make_cursor("stock", answer.stock.back().track.str());
  }
  return answer;
}

}  // namespace warehouse
