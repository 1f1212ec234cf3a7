// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/store.hpp"
#include "warehouse/port.hpp"

namespace warehouse {

/// A delivery under the key that it was announced with, and the stock that was answered.
struct Delivery {
  std::string key;  ///< with who has announced it in front, if anybody is known
  TrackId track;
  std::int64_t quantity = 0;
  std::int64_t on_hand = 0;   ///< after it came in
  std::int64_t reserved = 0;  ///< at that moment
  banyan::Timestamp received_at;
  friend bool operator==(const Delivery&, const Delivery&) = default;
};

/// Why the figures of a track changed. Over all movements of a track
///     on_hand  = received - sold
///     reserved = held - released - sold
enum class MovementKind : std::uint8_t { Received, Held, Released, Sold };

struct Movement {
  std::string cause;  ///< the order's id, "return:" and that, "delivery:" and the key, or "opening"
  MovementKind kind = MovementKind::Received;
  TrackId track;
  std::int64_t quantity = 0;
  banyan::Timestamp at;
  friend bool operator==(const Movement&, const Movement&) = default;
};

/// What can be looked up.
class WarehouseReading {
 public:
  virtual ~WarehouseReading() = default;
  virtual std::optional<Stock> stock(const TrackId& track) = 0;
  /// In the order of ids, after `after` ("" is the start).
  virtual std::vector<Stock> stock_page(const std::string& after, std::int64_t limit) = 0;
  virtual std::optional<Reservation> reservation(const OrderId& order) = 0;
  virtual std::optional<Delivery> delivery(const std::string& key) = 0;
  /// In the order of their time.
  virtual std::vector<Movement> movements(const TrackId& track) = 0;
};

class WarehouseWriting : public WarehouseReading {
 public:
  /// Adds to what is on hand, from 0 when the track is new here. False when the track cannot be
  /// stocked, because a foreign key says that it does not exist.
  virtual bool receive(const TrackId& track, std::int64_t quantity) = 0;
  /// Holds `quantity` if so much is available, else changes nothing and answers false. The check
  /// and the change are one step, also between processes.
  virtual bool hold(const TrackId& track, std::int64_t quantity) = 0;
  /// What is held becomes available. So much is held.
  virtual void give_back(const TrackId& track, std::int64_t quantity) = 0;
  /// What is held leaves the shelf. So much is held.
  virtual void sell(const TrackId& track, std::int64_t quantity) = 0;
  /// A reservation for an order that has none. False when a foreign key says that there is no such
  /// order.
  virtual bool add(const Reservation& reservation, banyan::Timestamp now) = 0;
  virtual void set_state(const OrderId& order, ReservationState state, banyan::Timestamp now) = 0;
  virtual void add(const Delivery& delivery) = 0;
  virtual void journal(const Movement& movement) = 0;
};

/// Keeps stock between calls. Adapters: persistence/sql_warehouse, memory_warehouse; the contract
/// is tests/contract/warehouse/warehouse_store_contract.hpp.
using WarehouseStore = banyan::Store<WarehouseReading, WarehouseWriting>;

}  // namespace warehouse
