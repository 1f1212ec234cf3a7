// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "banyan/kernel/environment.hpp"
#include "banyan/kernel/read_model.hpp"
#include "banyan/kernel/saga.hpp"
#include "banyan/kernel/saga_control.hpp"
#include "catalog/events.hpp"
#include "catalog/port.hpp"
#include "customers/events.hpp"
#include "customers/port.hpp"
#include "orders/port.hpp"
#include "payments/port.hpp"
#include "shipping/events.hpp"
#include "shipping/port.hpp"
#include "warehouse/port.hpp"

namespace banyan {
class MemoryLedger;
class UnitEnding;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace orders {

/// The catalogue says what a track costs, customers who may buy; the warehouse holds the stock and
/// payments the money. Shipping begins by itself when an order is paid, and is asked for the rest.
struct Needs {
  catalog::Catalog& catalog;
  customers::Customers& customers;
  warehouse::Warehouse& warehouse;
  payments::Payments& payments;
  shipping::Shipping& shipping;
};

/// What orders hears of a parcel, and of names.
struct Subscriptions
    : banyan::Subscriber<shipping::ConsignmentDispatched, shipping::ConsignmentDelivered,
                         shipping::ConsignmentBroughtBack, shipping::ConsignmentSentOutAgain,
                         shipping::ConsignmentReturned, customers::CustomerOpened,
                         customers::CustomerRenamed, customers::AccountClosed,
                         catalog::TrackRetitled> {};

/// What the module makes: its port, what follows the events of others, what operators may do about
/// its sagas, and its read model: what customers and tracks are called.
struct Module : Orders, Subscriptions, banyan::SagaControl, banyan::ReadModel {
  /// Those that it drives, for the map.
  static std::vector<banyan::SagaOutline> sagas();
};

/// How patiently orders are driven to their end.
using SagaPolicy = banyan::SagaPolicy;

/// The module on its tables, driving orders with the kit's patience, and with that which payments
/// wants of its callers. migrations/orders must have been applied, those of separation/ or
/// not. Starts the background runner on the environment's scheduler; it stops, having finished
/// the step it is at, when the module is destroyed. The references must outlive the module.
/// Several processes may run it on one database.
std::unique_ptr<Module> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment);
std::unique_ptr<Module> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment,
                                    const SagaPolicy& policy);

/// An order of the past, finished: nothing of it is left to do.
struct OrderRecord {
  OrderId id;
  CustomerId customer;
  OrderState state = OrderState::Delivered;  ///< Delivered or Cancelled
  banyan::Timestamp placed_at;
  std::vector<OrderLine> lines;
};

/// Puts finished orders into the tables as they are: one batch is one unit of work, so all of it
/// or nothing. AlreadyExists "orders.already_loaded" when one of the ids is there;
/// InvalidArgument "orders.unfinished" for one that is neither delivered nor cancelled.
banyan::Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                          std::span<const OrderRecord> orders);

/// Are all of them there as `load` puts them there? One that was returned since is not.
bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const OrderRecord> orders);

/// Has the names of customers and tracks read anew by whoever hosts the module, now or later: for
/// who has loaded customers or tracks, of which nobody tells.
banyan::Result<void> ask_for_names(banyan::sql::ModuleDatabase& database,
                                   const banyan::Context& context, const banyan::Asked& asked,
                                   banyan::Timestamp now);

/// How many orders there are.
std::int64_t count_orders(banyan::sql::ModuleDatabase& database, const banyan::Context& context);

/// The module on maps instead of tables: for demonstrations and tests. With a ledger (see
/// banyan::MemoryLedger), which must outlive it, commands under a key happen once; `ending`, which
/// must too, gets what it handles.
std::unique_ptr<Module> make_memory_orders(Needs needs, const banyan::Environment& environment,
                                           const SagaPolicy& policy = {},
                                           banyan::MemoryLedger* ledger = nullptr,
                                           banyan::UnitEnding* ending = nullptr);

}  // namespace orders
