// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_warehouse.hpp"

#include <map>

namespace warehouse {
namespace {

class MemoryWarehouse final : public WarehouseWriting {
 public:
  MemoryWarehouse(std::span<const StockRecord> stock, banyan::Timestamp now) {
    for (const StockRecord& record : stock) {
      levels_[record.track].on_hand = record.on_hand;
      if (record.on_hand > 0) {
        movements_.push_back(
            {"opening", MovementKind::Received, record.track, record.on_hand, now});
      }
    }
  }

  std::optional<Stock> stock(const TrackId& track) override {
    const auto found = levels_.find(track);
    if (found == levels_.end()) return std::nullopt;
    return stock_of(track, found->second);
  }

  std::vector<Stock> stock_page(const std::string& after, std::int64_t limit) override {
    std::vector<Stock> page;
    for (const auto& [track, level] : levels_) {
      if (track.str() <= after) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back(stock_of(track, level));
    }
    return page;
  }

  std::optional<Reservation> reservation(const OrderId& order) override {
    const auto found = reservations_.find(order);
    if (found == reservations_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<Delivery> delivery(const std::string& key) override {
    const auto found = deliveries_.find(key);
    if (found == deliveries_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<Movement> movements(const TrackId& track) override {
    std::vector<Movement> found;
    for (const Movement& movement : movements_) {
      if (movement.track == track) found.push_back(movement);
    }
    return found;
  }

  bool receive(const TrackId& track, std::int64_t quantity) override {
    levels_[track].on_hand += quantity;
    return true;
  }

  bool hold(const TrackId& track, std::int64_t quantity) override {
    const auto found = levels_.find(track);
    if (found == levels_.end()) return false;
    if (found->second.on_hand - found->second.reserved < quantity) return false;
    found->second.reserved += quantity;
    return true;
  }

  void give_back(const TrackId& track, std::int64_t quantity) override {
    levels_.at(track).reserved -= quantity;
  }

  void sell(const TrackId& track, std::int64_t quantity) override {
    levels_.at(track).reserved -= quantity;
    levels_.at(track).on_hand -= quantity;
  }

  bool add(const Reservation& reservation, banyan::Timestamp /*now*/) override {
    reservations_[reservation.order] = reservation;
    return true;
  }

  void set_state(const OrderId& order, ReservationState state, banyan::Timestamp /*now*/) override {
    reservations_.at(order).state = state;
  }

  void add(const Delivery& delivery) override { deliveries_[delivery.key] = delivery; }

  void journal(const Movement& movement) override { movements_.push_back(movement); }

 private:
  struct Level {
    std::int64_t on_hand = 0;
    std::int64_t reserved = 0;
  };

  static Stock stock_of(const TrackId& track, const Level& level) {
    return {track, level.on_hand, level.reserved, level.on_hand - level.reserved};
  }

  std::map<TrackId, Level> levels_;
  std::map<OrderId, Reservation> reservations_;
  std::map<std::string, Delivery> deliveries_;
  std::vector<Movement> movements_;
};

}  // namespace

std::unique_ptr<WarehouseStore> make_memory_warehouse_store(std::span<const StockRecord> stock,
                                                            const banyan::Clock& clock,
                                                            banyan::MemoryLedger* ledger) {
  return std::make_unique<banyan::MemoryStore<WarehouseReading, WarehouseWriting, MemoryWarehouse>>(
      MemoryWarehouse(stock, clock.now()), clock, ledger);
}

}  // namespace warehouse
