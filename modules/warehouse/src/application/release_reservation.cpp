// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "domain/stock_reservation.hpp"

namespace warehouse {
namespace {

using banyan::fail;
using banyan::Result;

/// Nothing is held yet, but a request to hold may still be on its way: leave a note for it.
Result<Reservation> give_up(WarehouseWriting& warehouse, const OrderId& order,
                            banyan::Timestamp now) {
  const StockReservation reservation = StockReservation::given_up(order);
  if (!warehouse.add(reservation.data(), now)) {
    return fail(banyan::ErrorCode::NotFound, "warehouse.unknown_order",
                "there is no order " + order.str());
  }
  return reservation.data();
}

}  // namespace

Result<Reservation> release_reservation(const UseCaseContext& use_case,
                                        const ReleaseReservation& request,
                                        const banyan::Context& context) {
  const banyan::Timestamp now = use_case.clock.now();
  return use_case.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Reservation> {
    std::optional<Reservation> stored = warehouse.reservation(request.order);
    if (!stored) return give_up(warehouse, request.order, now);
    StockReservation reservation = StockReservation::stored(*std::move(stored));
    const Result<bool> changed = reservation.release();
    if (!changed) return fail(changed.error());
    if (*changed) {
      for (const ReservationLine& line : reservation.data().lines) {
        warehouse.give_back(line.track, line.quantity);
        warehouse.journal(
            {request.order.str(), MovementKind::Released, line.track, line.quantity, now});
      }
      warehouse.set_state(request.order, reservation.data().state, now);
    }
    return reservation.data();
  });
}

}  // namespace warehouse
