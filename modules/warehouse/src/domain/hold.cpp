// SPDX-License-Identifier: Apache-2.0
#include "domain/hold.hpp"

#include <algorithm>
#include <set>

namespace warehouse {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

constexpr std::size_t kMostLines = 100;
constexpr std::int64_t kMostOfOne = 1'000;
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
  if (lines.empty() || lines.size() > kMostLines) {
    return fail(ErrorCode::InvalidArgument, "warehouse.bad_lines",
                "a reservation has " + range(kMostLines) + " lines",
                {{"/lines", std::to_string(lines.size()) + " lines"}});
  }
  std::vector<banyan::Detail> twice;
  std::vector<banyan::Detail> quantities;
  std::set<TrackId> seen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string where = "/lines/" + std::to_string(i);
    if (!seen.insert(lines[i].track).second) {
      twice.push_back({where + "/track", "stands in another line too; add the quantities up"});
    }
    if (lines[i].quantity < 1 || lines[i].quantity > kMostOfOne) {
      quantities.push_back({where + "/quantity", "expected " + range(kMostOfOne)});
    }
  }
  if (!twice.empty()) {
    return fail(ErrorCode::InvalidArgument, "warehouse.bad_lines", "each track stands once",
                std::move(twice));
  }
  if (!quantities.empty()) {
    return fail(ErrorCode::InvalidArgument, "warehouse.bad_quantity",
                "a line is of " + range(kMostOfOne) + " copies", std::move(quantities));
  }
  return {};
}

Result<void> check_delivery(std::int64_t quantity) {
  if (quantity >= 1 && quantity <= kMostDelivered) return {};
  return fail(ErrorCode::InvalidArgument, "warehouse.bad_quantity",
              "a delivery is of " + range(kMostDelivered) + " copies",
              {{"/quantity", "expected " + range(kMostDelivered)}});
}

Hold Hold::held(OrderId order, std::vector<ReservationLine> lines) {
  return Hold({std::move(order), ReservationState::Held, std::move(lines)});
}

Hold Hold::refused(OrderId order, std::vector<ReservationLine> lines) {
  return Hold({std::move(order), ReservationState::Refused, std::move(lines)});
}

Hold Hold::given_up(OrderId order) {
  return Hold({std::move(order), ReservationState::Released, {}});
}

Result<Reservation> Hold::again(const std::vector<ReservationLine>& lines) const {
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

Result<bool> Hold::confirm() {
  switch (reservation_.state) {
    case ReservationState::Confirmed: return false;
    case ReservationState::Held: reservation_.state = ReservationState::Confirmed; return true;
    case ReservationState::Released:
    case ReservationState::Refused: break;
  }
  return released(reservation_.order);
}

Result<bool> Hold::release() {
  switch (reservation_.state) {
    case ReservationState::Confirmed:
      return fail(ErrorCode::FailedPrecondition, "warehouse.reservation_confirmed",
                  "order " + reservation_.order.str() + " is sold; its stock has left the shelf");
    case ReservationState::Held: reservation_.state = ReservationState::Released; return true;
    case ReservationState::Released:
    case ReservationState::Refused: break;
  }
  return false;
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
