// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "warehouse/port.hpp"

namespace warehouse {

/// "warehouse.bad_lines" and "warehouse.bad_quantity" for what nobody can reserve, all wrong places
/// at once.
banyan::Result<void> check_lines(const std::vector<ReservationLine>& lines);

/// "warehouse.bad_quantity" for a delivery of nothing or of too much.
banyan::Result<void> check_delivery(std::int64_t quantity);

/// What is held for one order, as a state machine:
///
///     (nothing) ── hold ────▶ Held ── confirm ──▶ Confirmed ── take back ──▶ Returned
///         │                     └──── release ──▶ Released
///         ├─────── refuse ──▶ Refused
///         └─────── release ─▶ Released
///
/// Returned, Released and Refused are for good. Asking for the state that it is in already changes
/// nothing.
class StockReservation {
 public:
  static StockReservation held(OrderId order, std::vector<ReservationLine> lines);
  static StockReservation refused(OrderId order, std::vector<ReservationLine> lines);
  /// Given up before it was held, so that it never will be.
  static StockReservation given_up(OrderId order);
  static StockReservation stored(Reservation reservation) {
    return StockReservation(std::move(reservation));
  }

  /// What asking to hold `lines` once more comes to: the answer of the first time.
  /// "warehouse.out_of_stock", "warehouse.reservation_released", "warehouse.reservation_differs".
  banyan::Result<Reservation> again(const std::vector<ReservationLine>& lines) const;

  /// True when it was held and is confirmed now: the stock has yet to leave the shelf.
  /// "warehouse.reservation_released" when nothing is held.
  banyan::Result<bool> confirm();

  /// True when it was held and is released now: the stock has yet to be given back.
  /// "warehouse.reservation_confirmed" when it is sold.
  banyan::Result<bool> release();

  /// True when it was sold and is returned now: the stock has yet to lie on the shelf again.
  /// "warehouse.not_sold".
  banyan::Result<bool> take_back();

  const Reservation& data() const { return reservation_; }

 private:
  explicit StockReservation(Reservation reservation) : reservation_(std::move(reservation)) {}

  Reservation reservation_;
};

/// One line that cannot be held, for the details of "warehouse.out_of_stock".
struct Shortage {
  std::size_t line = 0;
  std::int64_t wanted = 0;
  std::int64_t available = 0;
};
banyan::Error out_of_stock(const OrderId& order, const std::vector<Shortage>& shortages);

}  // namespace warehouse
