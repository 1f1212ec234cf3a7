// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "catalog/port.hpp"
#include "kernel/environment.hpp"
#include "orders/port.hpp"
#include "warehouse/port.hpp"

namespace banyan {
class MemoryLedger;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace orders {

/// The catalogue says what a track costs, the warehouse holds the stock.
struct Needs {
  catalog::Catalog& catalog;
  warehouse::Warehouse& warehouse;
};

/// How patiently orders are driven to their end.
struct SagaPolicy {
  std::chrono::milliseconds call_budget{2'000};  ///< for one call to the warehouse
  std::chrono::milliseconds lease{6'000};        ///< longer than any call: whoever drives dies
  std::chrono::milliseconds first_backoff{100};  ///< doubled after every failure
  std::chrono::milliseconds longest_backoff{10'000};
  std::int64_t max_attempts = 60;                ///< of one step; then the order is stuck
  std::chrono::milliseconds poll_interval{100};  ///< of the background runner
  std::int64_t batch = 32;                       ///< sagas that one round of it takes up

  /// The longest that an order may have to be left alone.
  std::chrono::milliseconds longest_wait() const { return std::max(lease, longest_backoff); }
};

/// The module on its tables; migrations/orders must have been applied, those of separation/ or
/// not. Starts the background runner on the environment's scheduler; it stops, having finished
/// the step it is at, when the module is destroyed. The references must outlive the module.
/// Several processes may run it on one database.
std::unique_ptr<Orders> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment);
std::unique_ptr<Orders> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment,
                                    const SagaPolicy& policy);

/// An order of the past, finished: nothing of it is left to do.
struct OrderRecord {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Confirmed;  ///< Confirmed or Cancelled
  banyan::Timestamp placed_at;
  std::vector<OrderLine> lines;
};

/// Puts finished orders into the tables as they are: one batch is one unit of work, so all of it
/// or nothing. AlreadyExists "orders.already_loaded" when one of the ids is there;
/// InvalidArgument "orders.unfinished" for one that is neither confirmed nor cancelled.
banyan::Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                          std::span<const OrderRecord> orders);

/// How many orders there are.
std::int64_t count_orders(banyan::sql::ModuleDatabase& database, const banyan::Context& context);

/// The module on maps instead of tables: for demonstrations and tests. With a ledger (see
/// banyan::MemoryLedger), which must outlive it, commands under a key happen once.
std::unique_ptr<Orders> make_memory_orders(Needs needs, const banyan::Environment& environment,
                                           const SagaPolicy& policy = {},
                                           banyan::MemoryLedger* ledger = nullptr);

}  // namespace orders
