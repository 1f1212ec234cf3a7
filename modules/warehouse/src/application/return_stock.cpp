// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_reservation.hpp"
#include "application/use_cases.hpp"
#include "domain/stock_reservation.hpp"

namespace warehouse {

using banyan::Result;

Result<Reservation> return_stock(const UseCaseContext& use_case, const ReturnStock& request,
                                 const banyan::Context& context) {
  const banyan::Timestamp now = use_case.clock.now();
  return use_case.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Reservation> {
    std::optional<Reservation> stored = warehouse.reservation(request.order);
    if (!stored) return unknown_reservation(request.order);
    StockReservation reservation = StockReservation::stored(*std::move(stored));
    const Result<bool> changed = reservation.take_back();
    if (!changed) return banyan::fail(changed.error());
    if (*changed) {
      for (const ReservationLine& line : reservation.data().lines) {
        warehouse.receive(line.track, line.quantity);
        warehouse.journal({"return:" + request.order.str(), MovementKind::Received, line.track,
                           line.quantity, now});
      }
      warehouse.set_state(request.order, reservation.data().state, now);
    }
    return reservation.data();
  });
}

}  // namespace warehouse
