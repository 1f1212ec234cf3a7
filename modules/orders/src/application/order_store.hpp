// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "application/names/name_rows.hpp"
#include "banyan/kernel/saga.hpp"
#include "banyan/kernel/store.hpp"
#include "domain/order.hpp"

namespace orders {

/// An order, and the saga that was begun for it last.
struct OrderWithSaga {
  Order order;
  std::optional<banyan::SagaInstance> saga;  ///< absent: nothing is left to do for it
};

/// What a version before the kit's engine has left in its own tables; see sagas/old_sagas.cpp.
struct OldSaga {
  bool cancelling = false;
  bool stuck = false;
  bool reserved = false;  ///< else it was not, or nobody knows
  std::optional<std::string> problem;
  std::string correlation_id;
  std::string traceparent;
};

/// "placed", "reserved", … and when.
struct HistoryEntry {
  std::string what;
  banyan::Timestamp at;
  friend bool operator==(const HistoryEntry&, const HistoryEntry&) = default;
};

/// What an order was asked for with. Kept for as long as the order: the kit's ledger forgets it
/// after a while, and a buyer may come back later than that.
struct OrderKey {
  std::string caller;  ///< who asks, see CommandKey
  std::string key;     ///< see is_idempotency_key()
};

/// What the caller of an anonymous request begins with, whose customer follows.
inline constexpr std::string_view kForCustomer = "customer=";
/// As the version before wrote a caller down: the customer's id alone, as a principal may be
/// called.
inline OrderKey spelled_before(OrderKey key) {
  if (key.caller.starts_with(kForCustomer)) key.caller.erase(0, kForCustomer.size());
  return key;
}

/// What can be looked up.
class OrdersReading {
 public:
  virtual ~OrdersReading() = default;
  virtual std::optional<OrderWithSaga> find(const OrderId& id) = 0;
  /// The order that a caller has placed under a key; also one of a version that wrote the caller
  /// down as spelled_before() does, or not at all.
  virtual std::optional<OrderId> placed_under(const OrderKey& key) = 0;
  /// The largest id: the order that was placed last. New ones sort after it (OrderId::make_after),
  /// so that the list below never goes back, whatever the clock does.
  virtual std::optional<OrderId> newest() = 0;
  /// Newest first, older than `before` ("" is the start).
  virtual std::vector<OrderSummary> page(const std::optional<CustomerId>& customer,
                                         const std::string& before, std::int64_t limit) = 0;
  virtual std::optional<Order> order(const OrderId& id) = 0;
  /// What is served of the names of those from `oldest` to `newest` (of that customer), at most
  /// `most_tracks` of each.
  virtual std::map<OrderId, OrderNames> names_of(const std::optional<CustomerId>& customer,
                                                 const OrderId& oldest, const OrderId& newest,
                                                 std::size_t most_tracks) = 0;
  /// The copy of the names, in the same unit of work.
  virtual NameRows& names() = 0;
  /// The module's sagas, in the same unit of work.
  virtual banyan::SagaRows& sagas() = 0;
  /// Orders whose saga an old version has not ended and is not driving.
  virtual std::vector<OrderId> old_sagas(const banyan::LeaseTime& now, std::int64_t limit) = 0;
  /// In the order of their time.
  virtual std::vector<HistoryEntry> history(const OrderId& id) = 0;
};

class OrdersWriting : public OrdersReading {
 public:
  virtual void add(const Order& added) = 0;
  /// Nothing was placed under the key when it was looked up. Where another request has been faster,
  /// its order stays under the key: the kit's ledger lets one of them through at the unit's end.
  virtual void keep(const OrderKey& key, const OrderId& placed, banyan::Timestamp now) = 0;
  /// What changes in an order's life.
  virtual void save(const Order& changed) = 0;
  /// An old saga that is not over: the old version finds it ended from now on. `idle_only`: nothing
  /// while that version may be driving it.
  virtual std::optional<OldSaga> take_old_saga(const OrderId& id, const banyan::LeaseTime& now,
                                               bool idle_only) = 0;
  virtual void journal(const OrderId& id, OrderState state, banyan::Timestamp at) = 0;
};

/// Keeps orders between calls. Adapters: persistence/sql_orders, memory_orders; the contract is
/// tests/contract/orders/order_store_contract.hpp.
using OrderStore = banyan::Store<OrdersReading, OrdersWriting>;

}  // namespace orders
