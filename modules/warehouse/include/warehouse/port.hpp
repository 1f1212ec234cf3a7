// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "warehouse/ids.hpp"

/// How many copies of each record lie on the shelves, and for which orders they are held.
namespace warehouse {

/// Always 0 <= reserved <= on_hand and available = on_hand - reserved.
struct Stock {
  TrackId track;
  std::int64_t on_hand = 0;   ///< lie on the shelf
  std::int64_t reserved = 0;  ///< of these, held for orders
  std::int64_t available = 0;
  friend bool operator==(const Stock&, const Stock&) = default;
};
BOOST_DESCRIBE_STRUCT(Stock, (), (track, on_hand, reserved, available))

struct StockPage {
  std::vector<Stock> stock;
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(StockPage, (), (stock, next_cursor))

struct ReservationLine {
  TrackId track;
  std::int64_t quantity = 0;  ///< 1 … 1,000
  friend bool operator==(const ReservationLine&, const ReservationLine&) = default;
};
BOOST_DESCRIBE_STRUCT(ReservationLine, (), (track, quantity))

/// The life of a reservation: held, then confirmed or released, and maybe returned when it was
/// confirmed. `Refused` (not all was there), `Released` and `Returned` are remembered for good, so
/// that a request that comes late cannot hold stock for an order that has long been given up.
enum class ReservationState : std::uint8_t { Held, Confirmed, Released, Refused, Returned };
BOOST_DESCRIBE_ENUM(ReservationState, Held, Confirmed, Released, Refused, Returned)

struct Reservation {
  OrderId order;
  ReservationState state = ReservationState::Held;
  std::vector<ReservationLine> lines;  ///< empty when it was released before it was ever held
  friend bool operator==(const Reservation&, const Reservation&) = default;
};
BOOST_DESCRIBE_STRUCT(Reservation, (), (order, state, lines))

struct GetStock {
  TrackId track;

  using Response = Stock;
  static constexpr banyan::Operation operation{
      .name = "get_stock",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("warehouse.not_stocked"),
      .summary = "How many copies of a track there are.",
      .precondition = "the track was delivered at least once"};
};
BOOST_DESCRIBE_STRUCT(GetStock, (), (track))

inline constexpr banyan::PageBounds kPage{.usual = 100, .most = 500};

struct ListStock {
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 500, else 100

  using Response = StockPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_stock",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("warehouse.bad_cursor", "warehouse.bad_limit"),
      .summary = "The stock of all tracks, a page at a time."};
};
BOOST_DESCRIBE_STRUCT(ListStock, (), (cursor, limit))

struct ReceiveStock {
  TrackId track;
  std::int64_t quantity = 0;  ///< 1 … 1,000,000

  using Response = Stock;
  static constexpr banyan::Operation operation{
      .name = "receive_stock",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors = banyan::errors("warehouse.unknown_track", "warehouse.bad_quantity",
                               "warehouse.key_reused"),
      .summary = "A delivery came in.",
      .precondition = "the catalogue knows the track",
      .postcondition = "on_hand is larger by the quantity, once for each key"};
};
BOOST_DESCRIBE_STRUCT(ReceiveStock, (), (track, quantity))

struct ReserveStock {
  OrderId order;
  std::vector<ReservationLine> lines;  ///< 1 … 100, each track once

  using Response = Reservation;
  static constexpr banyan::Operation operation{
      .name = "reserve_stock",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("warehouse.out_of_stock", "warehouse.reservation_released",
                               "warehouse.reservation_differs", "warehouse.unknown_order",
                               "warehouse.bad_quantity", "warehouse.bad_lines"),
      .summary = "Holds stock for an order: all of its lines or none. An order gets one answer.",
      .precondition = "enough of every line is available",
      .postcondition = "available is smaller by the quantities, once for each order",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ReserveStock, (), (order, lines))

struct GetReservation {
  OrderId order;

  using Response = Reservation;
  static constexpr banyan::Operation operation{
      .name = "get_reservation",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("warehouse.unknown_reservation"),
      .summary = "What is held, or was sold, for an order.",
      .precondition = "stock was once asked for this order",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(GetReservation, (), (order))

struct ConfirmReservation {
  OrderId order;

  using Response = Reservation;
  static constexpr banyan::Operation operation{
      .name = "confirm_reservation",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("warehouse.unknown_reservation", "warehouse.reservation_released"),
      .summary = "The order is sold: what was held for it leaves the shelf.",
      .precondition = "the reservation is held (or confirmed already)",
      .postcondition = "on_hand and reserved are smaller by the quantities, once",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ConfirmReservation, (), (order))

struct ReleaseReservation {
  OrderId order;

  using Response = Reservation;
  static constexpr banyan::Operation operation{
      .name = "release_reservation",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("warehouse.reservation_confirmed", "warehouse.unknown_order"),
      .summary =
          "The order is given up: what was held for it is free again, and nothing can be"
          " held for it any more.",
      .precondition = "the reservation is not confirmed",
      .postcondition = "nothing is held for the order, now or later",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ReleaseReservation, (), (order))

struct ReturnStock {
  OrderId order;

  using Response = Reservation;
  static constexpr banyan::Operation operation{
      .name = "return_stock",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("warehouse.unknown_reservation", "warehouse.not_sold"),
      .summary = "What was sold for an order lies on the shelf again.",
      .precondition = "the reservation is confirmed (or returned already)",
      .postcondition = "on_hand is larger by the quantities, once",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ReturnStock, (), (order))

struct Warehouse : banyan::Port<GetStock, ListStock, ReceiveStock, ReserveStock, GetReservation,
                                ConfirmReservation, ReleaseReservation, ReturnStock> {
  static constexpr banyan::PortInfo port{
      .name = "warehouse", .version = {1, 1}, .summary = "Stock and reservations"};
};

}  // namespace warehouse
