// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"

namespace warehouse {
namespace {

using banyan::Context;
using banyan::Result;

class WarehouseOnStore final : public Warehouse {
 public:
  WarehouseOnStore(std::unique_ptr<WarehouseStore> store, catalog::Catalog& catalog,
                   const banyan::Clock& clock)
      : store_(std::move(store)), use_case_{*store_, catalog, clock} {}

  Result<Stock> handle(const GetStock& request, const Context& context) override {
    return get_stock(use_case_, request, context);
  }
  Result<StockPage> handle(const ListStock& request, const Context& context) override {
    return list_stock(use_case_, request, context);
  }
  Result<Stock> handle(const ReceiveStock& request, const Context& context) override {
    return receive_stock(use_case_, request, context);
  }
  Result<Reservation> handle(const ReserveStock& request, const Context& context) override {
    return reserve_stock(use_case_, request, context);
  }
  Result<Reservation> handle(const GetReservation& request, const Context& context) override {
    return get_reservation(use_case_, request, context);
  }
  Result<Reservation> handle(const ConfirmReservation& request, const Context& context) override {
    return confirm_reservation(use_case_, request, context);
  }
  Result<Reservation> handle(const ReleaseReservation& request, const Context& context) override {
    return release_reservation(use_case_, request, context);
  }
  Result<Reservation> handle(const ReturnStock& request, const Context& context) override {
    return return_stock(use_case_, request, context);
  }

 private:
  std::unique_ptr<WarehouseStore> store_;
  UseCaseContext use_case_;
};

}  // namespace

std::unique_ptr<Warehouse> make_warehouse_on(std::unique_ptr<WarehouseStore> store,
                                             catalog::Catalog& catalog,
                                             const banyan::Clock& clock) {
  return std::make_unique<WarehouseOnStore>(std::move(store), catalog, clock);
}

}  // namespace warehouse
