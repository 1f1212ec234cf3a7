// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "application/order_store.hpp"

namespace banyan::sql {
class Session;
}

namespace orders {

/// Where an order's history is written down: in the module's own table `order_history` when it is
/// there, else in the shared table `activity`.
class OrderHistory {
 public:
  /// For one unit of work; it looks at most once.
  explicit OrderHistory(banyan::sql::Session& session) : session_(session) {}

  void write(const OrderId& id, OrderState state, banyan::Timestamp at);
  std::vector<HistoryEntry> of(const OrderId& id);

 private:
  bool has_own_table();

  banyan::sql::Session& session_;
  std::optional<bool> own_table_;
};

}  // namespace orders
