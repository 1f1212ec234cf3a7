// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/warehouse_store.hpp"
#include "catalog/port.hpp"

/// What the warehouse does, one function (and one file) for each operation of the port.
namespace warehouse {

/// What the use cases work with. All references outlive them.
struct UseCaseContext {
  WarehouseStore& store;
  catalog::Catalog& catalog;
  const banyan::Clock& clock;
};

banyan::Result<Stock> get_stock(const UseCaseContext& use_case, const GetStock& request,
                                const banyan::Context& context);
banyan::Result<StockPage> list_stock(const UseCaseContext& use_case, const ListStock& request,
                                     const banyan::Context& context);
banyan::Result<Stock> receive_stock(const UseCaseContext& use_case, const ReceiveStock& request,
                                    const banyan::Context& context);
banyan::Result<Reservation> reserve_stock(const UseCaseContext& use_case,
                                          const ReserveStock& request,
                                          const banyan::Context& context);
banyan::Result<Reservation> get_reservation(const UseCaseContext& use_case,
                                            const GetReservation& request,
                                            const banyan::Context& context);
banyan::Result<Reservation> confirm_reservation(const UseCaseContext& use_case,
                                                const ConfirmReservation& request,
                                                const banyan::Context& context);
banyan::Result<Reservation> release_reservation(const UseCaseContext& use_case,
                                                const ReleaseReservation& request,
                                                const banyan::Context& context);

banyan::Result<Reservation> return_stock(const UseCaseContext& use_case, const ReturnStock& request,
                                         const banyan::Context& context);

/// The port on a store. The references must outlive it.
std::unique_ptr<Warehouse> make_warehouse_on(std::unique_ptr<WarehouseStore> store,
                                             catalog::Catalog& catalog, const banyan::Clock& clock);

}  // namespace warehouse
