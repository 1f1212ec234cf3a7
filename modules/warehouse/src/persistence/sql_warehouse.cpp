// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_warehouse.hpp"

#include <array>

#include "banyan/sql/sql_store.hpp"
#include "persistence/stock_journal.hpp"

namespace warehouse {
namespace {

using banyan::Timestamp;
using banyan::sql::ConstraintKind;
using banyan::sql::Fault;
using banyan::sql::FaultKind;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;

// `Returned` is a row of stock_returns beside "confirmed", which the version before goes on
// reading.
constexpr std::array<std::string_view, 4> kStates = {"held", "confirmed", "released", "refused"};

std::string_view text_of(ReservationState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

ReservationState state_from(std::string_view text) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == text) return static_cast<ReservationState>(i);
  }
  throw Fault(FaultKind::Misuse, "warehouse: no state: '" + std::string(text) + "'");
}

class SqlWarehouse final : public WarehouseWriting {
 public:
  explicit SqlWarehouse(Session& session) : session_(session), journal_(session) {}

  std::optional<Stock> stock(const TrackId& track) override {
    auto row = session_.one<std::int64_t, std::int64_t>(
        "SELECT on_hand, reserved FROM stock WHERE track_id = :track", track);
    if (!row) return std::nullopt;
    const auto [on_hand, reserved] = *row;
    return Stock{track, on_hand, reserved, on_hand - reserved};
  }

  std::vector<Stock> stock_page(const std::string& after, std::int64_t limit) override {
    std::vector<Stock> page;
    for (auto& [track, on_hand, reserved] : session_.all<TrackId, std::int64_t, std::int64_t>(
             "SELECT track_id, on_hand, reserved FROM stock WHERE track_id > :after"
             " ORDER BY track_id LIMIT :limit",
             after, limit)) {
      page.push_back({std::move(track), on_hand, reserved, on_hand - reserved});
    }
    return page;
  }

  std::optional<Reservation> reservation(const OrderId& order) override {
    const auto state = session_.value<std::string>(
        "SELECT state FROM reservations WHERE order_id = :order", order);
    if (!state) return std::nullopt;
    Reservation reservation{order, state_from(*state), {}};
    if (reservation.state == ReservationState::Confirmed && was_returned(order)) {
      reservation.state = ReservationState::Returned;
    }
    for (auto& [track, quantity] : session_.all<TrackId, std::int64_t>(
             "SELECT track_id, quantity FROM reservation_lines WHERE order_id = :order"
             " ORDER BY position",
             order)) {
      reservation.lines.push_back({std::move(track), quantity});
    }
    return reservation;
  }

  std::optional<Delivery> delivery(const std::string& key) override {
    auto row = session_.one<TrackId, std::int64_t, std::int64_t, std::int64_t, Timestamp>(
        "SELECT track_id, quantity, on_hand, reserved, received_at FROM deliveries"
        " WHERE key = :key",
        key);
    if (!row) return std::nullopt;
    auto& [track, quantity, on_hand, reserved, at] = *row;
    return Delivery{key, std::move(track), quantity, on_hand, reserved, at};
  }

  std::vector<Movement> movements(const TrackId& track) override { return journal_.of(track); }

  bool receive(const TrackId& track, std::int64_t quantity) override {
    const auto changed = session_.run(
        "UPDATE stock SET on_hand = on_hand + :quantity WHERE track_id = :track", quantity, track);
    if (changed > 0) return true;
    return inserted("INSERT INTO stock (track_id, on_hand, reserved) VALUES (:track, :quantity, 0)",
                    track, quantity);
  }

  bool hold(const TrackId& track, std::int64_t quantity) override {
    return session_.run(
               "UPDATE stock SET reserved = reserved + :quantity"
               " WHERE track_id = :track AND on_hand - reserved >= :quantity",
               quantity, track) == 1;
  }

  void give_back(const TrackId& track, std::int64_t quantity) override {
    changed_one(
        session_.run("UPDATE stock SET reserved = reserved - :quantity WHERE track_id = :track",
                     quantity, track),
        track);
  }

  void sell(const TrackId& track, std::int64_t quantity) override {
    changed_one(session_.run("UPDATE stock SET reserved = reserved - :quantity,"
                             " on_hand = on_hand - :quantity WHERE track_id = :track",
                             quantity, track),
                track);
  }

  bool add(const Reservation& reservation, Timestamp now) override {
    if (!inserted("INSERT INTO reservations (order_id, state, created_at, changed_at)"
                  " VALUES (:order, :state, :now, :now)",
                  reservation.order, text_of(reservation.state), now)) {
      return false;
    }
    std::int64_t position = 0;
    for (const ReservationLine& line : reservation.lines) {
      session_.run(
          "INSERT INTO reservation_lines (order_id, position, track_id, quantity)"
          " VALUES (:order, :position, :track, :quantity)",
          reservation.order, position++, line.track, line.quantity);
    }
    return true;
  }

  void set_state(const OrderId& order, ReservationState state, Timestamp now) override {
    if (state == ReservationState::Returned) {
      session_.run("INSERT INTO stock_returns (order_id, returned_at) VALUES (:order, :now)", order,
                   now);
      return;
    }
    session_.run(
        "UPDATE reservations SET state = :state, changed_at = :now WHERE order_id = :order",
        text_of(state), now, order);
  }

  void add(const Delivery& delivery) override {
    session_.run(
        "INSERT INTO deliveries (key, track_id, quantity, on_hand, reserved, received_at)"
        " VALUES (:key, :track, :quantity, :on_hand, :reserved, :at)",
        delivery.key, delivery.track, delivery.quantity, delivery.on_hand, delivery.reserved,
        delivery.received_at);
  }

  void journal(const Movement& movement) override { journal_.write(movement); }

 private:
  bool was_returned(const OrderId& order) {
    return session_
        .value<std::string>("SELECT order_id FROM stock_returns WHERE order_id = :order", order)
        .has_value();
  }

  /// False when a foreign key says no.
  template <class... Args>
  bool inserted(std::string_view sql, const Args&... args) {
    const auto done = session_.try_run(sql, args...);
    if (done) return true;
    if (done.error().kind == ConstraintKind::ForeignKey) return false;
    throw Fault(FaultKind::Constraint, "warehouse: " + to_string(done.error()), done.error());
  }

  static void changed_one(std::int64_t rows, const TrackId& track) {
    if (rows == 1) return;
    throw Fault(FaultKind::Misuse,
                "warehouse: there is no stock of " + track.str() + ", although some of it is held");
  }

  Session& session_;
  StockJournal journal_;
};

}  // namespace

std::unique_ptr<WarehouseStore> make_soci_warehouse_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<WarehouseStore, SqlWarehouse>>(database);
}

}  // namespace warehouse
