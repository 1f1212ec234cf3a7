// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/order.hpp"
#include "domain/saga.hpp"
#include "kernel/store.hpp"

namespace orders {

/// An order and what is still to be done for it: stored and changed together.
struct Case {
  Order order;
  Saga saga;
};

/// "placed", "reserved", … and when.
struct HistoryEntry {
  std::string what;
  banyan::Timestamp at;
  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

/// What can be looked up.
class OrdersReading {
 public:
  virtual ~OrdersReading() = default;
  virtual std::optional<Case> find(const OrderId& id) = 0;
  /// The order that was placed under a key before the kit's ledger kept them. Goes away with the
  /// table order_keys, once no client can repeat such a request any more.
  virtual std::optional<OrderId> placed_before_ledger(const std::string& key) = 0;
  /// The largest id: the order that was placed last. New ones sort after it (OrderId::make_after),
  /// so that the list below never goes back, whatever the clock does.
  virtual std::optional<OrderId> newest() = 0;
  /// Newest first, older than `before` ("" is the start).
  virtual std::vector<OrderSummary> page(const std::optional<CustomerId>& customer,
                                         const std::string& before, std::int64_t limit) = 0;
  /// Orders whose saga is due (see Saga::due()), the longest waiting first; `longest` is how long
  /// one may have to wait at most.
  virtual std::vector<OrderId> due(const banyan::LeaseTime& now, std::chrono::microseconds longest,
                                   std::int64_t limit) = 0;
  /// In the order of their time.
  virtual std::vector<HistoryEntry> history(const OrderId& id) = 0;
};

class OrdersWriting : public OrdersReading {
 public:
  virtual void add(const Case& added) = 0;
  /// What changes in an order's life: its state, its saga.
  virtual void save(const Case& changed) = 0;
  virtual void journal(const OrderId& id, OrderState state, banyan::Timestamp at) = 0;
};

/// Keeps orders between calls. Adapters: persistence/soci_orders, memory_orders; the contract is
/// tests/contract/orders/order_store_contract.hpp.
using OrderStore = banyan::Store<OrdersReading, OrdersWriting>;

}  // namespace orders
