// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/examples.hpp"
#include "warehouse/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace warehouse {
namespace examples_of {

inline const TrackId kTrack = banyan::example_id<TrackId>(3);
inline const OrderId kOrder = banyan::example_id<OrderId>(21);

inline Reservation reservation(ReservationState state) { return {kOrder, state, {{kTrack, 2}}}; }

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  using enum ReservationState;
  return std::tuple(
      banyan::example(GetStock{kTrack}, {kTrack, 5, 2, 3}),
      banyan::example(ListStock{.cursor = {}, .limit = 100}, {{{kTrack, 5, 2, 3}}, std::nullopt}),
      banyan::example(ReceiveStock{kTrack, 10}, {kTrack, 15, 2, 13}),
      banyan::example(ReserveStock{kOrder, {{kTrack, 2}}}, reservation(Held)),
      banyan::example(GetReservation{kOrder}, reservation(Held)),
      banyan::example(ConfirmReservation{kOrder}, reservation(Confirmed)),
      banyan::example(ReleaseReservation{kOrder}, reservation(Released)),
      banyan::example(ReturnStock{kOrder}, reservation(Returned)));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  const std::string order = "order " + examples_of::kOrder.str();
  const std::string track = "track " + examples_of::kTrack.str();
  return {{ErrorCode::NotFound, "warehouse.not_stocked", track + " was never delivered", {}},
          {ErrorCode::InvalidArgument,
           "warehouse.bad_cursor",
           "the cursor \"abc\" is none of this list: take next_cursor of the page before",
           {}},
          {ErrorCode::InvalidArgument, "warehouse.bad_limit", "limit is 0, expected 1 to 500", {}},
          {ErrorCode::NotFound, "warehouse.unknown_track", "the catalogue has no " + track, {}},
          {ErrorCode::InvalidArgument,
           "warehouse.bad_quantity",
           "a quantity is 0, expected 1 to 1000",
           {{"/lines/0/quantity", "is 0"}}},
          {ErrorCode::Conflict,
           "warehouse.key_reused",
           "the key was used for another delivery; use a new one",
           {}},
          {ErrorCode::FailedPrecondition,
           "warehouse.out_of_stock",
           order + ": not enough is available of " + track,
           {}},
          {ErrorCode::FailedPrecondition,
           "warehouse.reservation_released",
           "the reservation of " + order + " was released, for good",
           {}},
          {ErrorCode::Conflict,
           "warehouse.reservation_differs",
           order + " has a reservation of other lines",
           {}},
          {ErrorCode::NotFound, "warehouse.unknown_order", "there is no " + order, {}},
          {ErrorCode::InvalidArgument,
           "warehouse.bad_lines",
           "0 lines, expected 1 to 100, each track once",
           {}},
          {ErrorCode::NotFound,
           "warehouse.unknown_reservation",
           "nothing was ever held for " + order,
           {}},
          {ErrorCode::FailedPrecondition,
           "warehouse.reservation_confirmed",
           order + " is sold; what was held for it cannot be released",
           {}},
          {ErrorCode::FailedPrecondition,
           "warehouse.not_sold",
           order + " was not sold, so nothing of it can come back",
           {}}};
}

}  // namespace warehouse
