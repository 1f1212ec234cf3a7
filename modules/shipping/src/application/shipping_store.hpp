// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/store.hpp"
#include "domain/consignment.hpp"
#include "domain/turn.hpp"

namespace shipping {

/// What is kept of a consignment, together in one unit of work.
struct Record {
  Consignment consignment;
  Turn turn;
};

/// From when on it is too long.
struct OverdueSince {
  banyan::Timestamp waiting;    ///< of what is not booked, and of what has a problem
  banyan::Timestamp returning;  ///< of what is on its way back
};

/// Where a page of what is overdue goes on.
struct OverdueAfter {
  banyan::Timestamp paid_at;
  std::string order;  ///< "" before all of that time
};

/// What can be looked up.
class ShippingReading {
 public:
  virtual ~ShippingReading() = default;
  virtual std::optional<Record> find(const OrderId& order) = 0;
  /// Whose turn it is now with the carrier, those that wait longest first. `longest` is how long
  /// anybody waits at most.
  virtual std::vector<OrderId> due(const banyan::LeaseTime& now, std::chrono::microseconds longest,
                                   std::int64_t limit) = 0;
  /// Ordered and paid since then, or with a problem since then, or returning since then, and not
  /// seen to: the longest paid first, after `after`.
  virtual std::vector<OverdueConsignment> overdue(const OverdueSince& since,
                                                  const OverdueAfter& after,
                                                  std::int64_t limit) = 0;
};

class ShippingWriting : public ShippingReading {
 public:
  /// Of an order that has none.
  virtual void add(const Record& record) = 0;
  virtual void save(const Record& record) = 0;
};

/// Keeps consignments between calls. Adapters: persistence/sql_shipping, memory_shipping; the
/// contract is tests/contract/shipping/shipping_store_contract.hpp.
using ShippingStore = banyan::Store<ShippingReading, ShippingWriting>;

}  // namespace shipping
