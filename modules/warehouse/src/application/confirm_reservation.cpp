// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_reservation.hpp"
#include "application/use_cases.hpp"
#include "domain/hold.hpp"

namespace warehouse {

using banyan::Result;

Result<Reservation> confirm_reservation(const Desk& desk, const ConfirmReservation& request,
                                        const banyan::Context& context) {
  const banyan::Timestamp now = desk.clock.now();
  return desk.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Reservation> {
    std::optional<Reservation> stored = warehouse.reservation(request.order);
    if (!stored) return unknown_reservation(request.order);
    Hold hold = Hold::stored(*std::move(stored));
    const Result<bool> changed = hold.confirm();
    if (!changed) return banyan::fail(changed.error());
    if (*changed) {
      for (const ReservationLine& line : hold.reservation().lines) {
        warehouse.sell(line.track, line.quantity);
        warehouse.journal(
            {request.order.str(), MovementKind::Sold, line.track, line.quantity, now});
      }
      warehouse.set_state(request.order, hold.reservation().state, now);
    }
    return hold.reservation();
  });
}

}  // namespace warehouse
