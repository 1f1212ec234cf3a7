// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "domain/hold.hpp"

namespace warehouse {
namespace {

using banyan::fail;
using banyan::Result;

/// Nothing is held yet, but a request to hold may still be on its way: leave a note for it.
Result<Reservation> give_up(WarehouseWriting& warehouse, const OrderId& order,
                            banyan::Timestamp now) {
  const Hold hold = Hold::given_up(order);
  if (!warehouse.add(hold.reservation(), now)) {
    return fail(banyan::ErrorCode::NotFound, "warehouse.unknown_order",
                "there is no order " + order.str());
  }
  return hold.reservation();
}

}  // namespace

Result<Reservation> release_reservation(const Desk& desk, const ReleaseReservation& request,
                                        const banyan::Context& context) {
  const banyan::Timestamp now = desk.clock.now();
  return desk.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Reservation> {
    std::optional<Reservation> stored = warehouse.reservation(request.order);
    if (!stored) return give_up(warehouse, request.order, now);
    Hold hold = Hold::stored(*std::move(stored));
    const Result<bool> changed = hold.release();
    if (!changed) return fail(changed.error());
    if (*changed) {
      for (const ReservationLine& line : hold.reservation().lines) {
        warehouse.give_back(line.track, line.quantity);
        warehouse.journal(
            {request.order.str(), MovementKind::Released, line.track, line.quantity, now});
      }
      warehouse.set_state(request.order, hold.reservation().state, now);
    }
    return hold.reservation();
  });
}

}  // namespace warehouse
