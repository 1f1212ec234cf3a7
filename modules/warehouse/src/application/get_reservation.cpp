// SPDX-License-Identifier: Apache-2.0
#include "application/unknown_reservation.hpp"
#include "application/use_cases.hpp"

namespace warehouse {

banyan::Result<Reservation> get_reservation(const UseCaseContext& use_case,
                                            const GetReservation& request,
                                            const banyan::Context& context) {
  std::optional<Reservation> reservation = use_case.store.read(
      context, [&](WarehouseReading& warehouse) { return warehouse.reservation(request.order); });
  if (!reservation) return unknown_reservation(request.order);
  return *std::move(reservation);
}

}  // namespace warehouse
