// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "domain/stock_reservation.hpp"

namespace warehouse {
namespace {

using banyan::fail;
using banyan::Result;

std::vector<Shortage> shortages(WarehouseReading& warehouse, const ReserveStock& request) {
  std::vector<Shortage> found;
  for (std::size_t i = 0; i < request.lines.size(); ++i) {
    const std::optional<Stock> stock = warehouse.stock(request.lines[i].track);
    const std::int64_t available = stock ? stock->available : 0;
    if (available < request.lines[i].quantity) {
      found.push_back({i, request.lines[i].quantity, available});
    }
  }
  return found;
}

/// All lines or none: the ones held before the first that cannot be are given back.
bool hold_all(WarehouseWriting& warehouse, const std::vector<ReservationLine>& lines) {
  for (auto line = lines.begin(); line != lines.end(); ++line) {
    if (warehouse.hold(line->track, line->quantity)) continue;
    for (auto held = lines.begin(); held != line; ++held) {
      warehouse.give_back(held->track, held->quantity);
    }
    return false;
  }
  return true;
}

}  // namespace

Result<Reservation> reserve_stock(const UseCaseContext& use_case, const ReserveStock& request,
                                  const banyan::Context& context) {
  if (Result<void> checked = check_lines(request.lines); !checked) return fail(checked.error());
  const banyan::Timestamp now = use_case.clock.now();
  // A refusal is written down too, hence a success of the unit of work.
  using Answer = Result<Reservation>;
  Result<Answer> answer =
      use_case.store.write(context, [&](WarehouseWriting& warehouse) -> Result<Answer> {
        if (auto earlier = warehouse.reservation(request.order)) {
          return StockReservation::stored(*std::move(earlier)).again(request.lines);
        }
        const std::vector<Shortage> short_of = shortages(warehouse, request);
        const bool all = short_of.empty() && hold_all(warehouse, request.lines);
        const StockReservation reservation =
            all ? StockReservation::held(request.order, request.lines)
                : StockReservation::refused(request.order, request.lines);
        if (!warehouse.add(reservation.data(), now)) {
          return fail(banyan::ErrorCode::NotFound, "warehouse.unknown_order",
                      "there is no order " + request.order.str() + "; place it first");
        }
        if (!all) return Answer(fail(out_of_stock(request.order, short_of)));
        for (const ReservationLine& line : request.lines) {
          warehouse.journal(
              {request.order.str(), MovementKind::Held, line.track, line.quantity, now});
        }
        return Answer(reservation.data());
      });
  if (!answer) return fail(answer.error());
  return *std::move(answer);
}

}  // namespace warehouse
