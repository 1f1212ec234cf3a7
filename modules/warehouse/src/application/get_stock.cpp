// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace warehouse {

banyan::Result<Stock> get_stock(const UseCaseContext& use_case, const GetStock& request,
                                const banyan::Context& context) {
  std::optional<Stock> stock = use_case.store.read(
      context, [&](WarehouseReading& warehouse) { return warehouse.stock(request.track); });
  if (!stock) {
    return banyan::fail(banyan::ErrorCode::NotFound, "warehouse.not_stocked",
                        "track " + request.track.str() + " was never delivered");
  }
  return *std::move(stock);
}

}  // namespace warehouse
