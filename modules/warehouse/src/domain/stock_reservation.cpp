// SPDX-License-Identifier: Apache-2.0
#include "domain/stock_reservation.hpp"

#include <algorithm>

#include "banyan/kernel/line_items.hpp"

namespace warehouse {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

constexpr std::int64_t kMostDelivered = 1'000'000;

std::string range(std::int64_t most) { return "1 … " + std::to_string(most); }

std::unexpected<banyan::Error> released(const OrderId& order) {
  return fail(ErrorCode::FailedPrecondition, "warehouse.reservation_released",
              "order " + order.str() + " was given up: nothing can be held for it any more");
}

bool same(std::vector<ReservationLine> left, std::vector<ReservationLine> right) {
  std::ranges::sort(left, {}, &ReservationLine::track);
  std::ranges::sort(right, {}, &ReservationLine::track);
  return left == right;
}

}  // namespace

Result<void> check_lines(const std::vector<ReservationLine>& lines) {
  return banyan::check_line_items(lines, &ReservationLine::track,
                                  {.list = "a reservation",
                                   .item = "track",
                                   .bad_lines = "warehouse.bad_lines",
                                   .bad_quantity = "warehouse.bad_quantity"});
}

Result<void> check_delivery(std::int64_t quantity) {
  if (quantity >= 1 && quantity <= kMostDelivered) return {};
  return fail(ErrorCode::InvalidArgument, "warehouse.bad_quantity",
              "a delivery is of " + range(kMostDelivered) + " copies",
              {{"/quantity", "expected " + range(kMostDelivered)}});
}

StockReservation StockReservation::held(OrderId order, std::vector<ReservationLine> lines) {
  return StockReservation({std::move(order), ReservationState::Held, std::move(lines)});
}

StockReservation StockReservation::refused(OrderId order, std::vector<ReservationLine> lines) {
  return StockReservation({std::move(order), ReservationState::Refused, std::move(lines)});
}

StockReservation StockReservation::given_up(OrderId order) {
  return StockReservation({std::move(order), ReservationState::Released, {}});
}

Result<Reservation> StockReservation::again(const std::vector<ReservationLine>& lines) const {
  if (reservation_.state == ReservationState::Released) return released(reservation_.order);
  if (!same(lines, reservation_.lines)) {
    return fail(ErrorCode::Conflict, "warehouse.reservation_differs",
                "order " + reservation_.order.str() +
                    " has a reservation with other lines; an order is reserved once",
                {{"/lines", "not the lines of the first request"}});
  }
  if (reservation_.state == ReservationState::Refused) {
    return fail(out_of_stock(reservation_.order, {}));
  }
  return reservation_;
}

Result<bool> StockReservation::confirm() {
  switch (reservation_.state) {
    case ReservationState::Confirmed:
    case ReservationState::Returned: return false;
    case ReservationState::Held: reservation_.state = ReservationState::Confirmed; return true;
    case ReservationState::Released:
    case ReservationState::Refused: break;
  }
  return released(reservation_.order);
}

Result<bool> StockReservation::release() {
  switch (reservation_.state) {
    case ReservationState::Confirmed:
    case ReservationState::Returned:
      return fail(ErrorCode::FailedPrecondition, "warehouse.reservation_confirmed",
                  "order " + reservation_.order.str() + " is sold; its stock has left the shelf");
    case ReservationState::Held: reservation_.state = ReservationState::Released; return true;
    case ReservationState::Released:
    case ReservationState::Refused: break;
  }
  return false;
}

Result<bool> StockReservation::take_back() {
  if (reservation_.state == ReservationState::Returned) return false;
  if (reservation_.state != ReservationState::Confirmed) {
    return fail(ErrorCode::FailedPrecondition, "warehouse.not_sold",
                "order " + reservation_.order.str() + " was not sold: there is nothing to return");
  }
  reservation_.state = ReservationState::Returned;
  return true;
}

banyan::Error out_of_stock(const OrderId& order, const std::vector<Shortage>& shortages) {
  std::vector<banyan::Detail> details;
  details.reserve(shortages.size());
  for (const Shortage& shortage : shortages) {
    details.push_back({"/lines/" + std::to_string(shortage.line) + "/quantity",
                       std::to_string(shortage.wanted) + " wanted, " +
                           std::to_string(shortage.available) + " available"});
  }
  return {ErrorCode::FailedPrecondition, "warehouse.out_of_stock",
          "not all that order " + order.str() +
              " wants is in stock, so nothing is held for it; ask again with a new order",
          std::move(details)};
}

}  // namespace warehouse
