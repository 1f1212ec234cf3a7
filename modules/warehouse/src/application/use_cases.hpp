// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/warehouse_store.hpp"
#include "catalog/port.hpp"

/// What the warehouse does, one function (and one file) for each operation of the port.
namespace warehouse {

/// What the use cases work with. All references outlive them.
struct Desk {
  WarehouseStore& store;
  catalog::Catalog& catalog;
  const banyan::Clock& clock;
};

banyan::Result<Stock> get_stock(const Desk& desk, const GetStock& request,
                                const banyan::Context& context);
banyan::Result<StockPage> list_stock(const Desk& desk, const ListStock& request,
                                     const banyan::Context& context);
banyan::Result<Stock> receive_stock(const Desk& desk, const ReceiveStock& request,
                                    const banyan::Context& context);
banyan::Result<Reservation> reserve_stock(const Desk& desk, const ReserveStock& request,
                                          const banyan::Context& context);
banyan::Result<Reservation> get_reservation(const Desk& desk, const GetReservation& request,
                                            const banyan::Context& context);
banyan::Result<Reservation> confirm_reservation(const Desk& desk, const ConfirmReservation& request,
                                                const banyan::Context& context);
banyan::Result<Reservation> release_reservation(const Desk& desk, const ReleaseReservation& request,
                                                const banyan::Context& context);

/// The port on a store. The references must outlive it.
std::unique_ptr<Warehouse> make_warehouse_on(std::unique_ptr<WarehouseStore> store,
                                             catalog::Catalog& catalog, const banyan::Clock& clock);

}  // namespace warehouse
