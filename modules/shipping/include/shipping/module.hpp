// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "banyan/kernel/environment.hpp"
#include "customers/port.hpp"
#include "payments/events.hpp"
#include "shipping/carrier.hpp"
#include "shipping/port.hpp"

namespace banyan {
class MemoryLedger;
class UnitEnding;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace shipping {

/// Customers say where it goes, a carrier takes it there.
struct Needs {
  customers::Customers& customers;
  Carrier& carrier;
};

/// A consignment begins when the order is paid, and in no other way.
struct Subscriptions : banyan::Subscriber<payments::PaymentCaptured> {};

/// What the module makes: its port, and what follows the events of others.
struct Module : Shipping, Subscriptions {};

/// How patiently the carrier is asked.
struct CarrierPolicy {
  std::chrono::milliseconds call_budget{5'000};  ///< for one call to the carrier
  std::chrono::milliseconds lease{20'000};       ///< longer than any call: whoever makes it dies
  std::chrono::milliseconds first_backoff{200};  ///< doubled after every failure in a row
  std::chrono::milliseconds longest_backoff{15 * 60'000};
  /// While the carrier does not answer at all: everything waits for it, and nothing is counted.
  std::chrono::milliseconds longest_pause{10'000};
  std::chrono::milliseconds poll_interval{200};  ///< of the background runner
  /// How often one asks where a parcel is that nobody has told of.
  std::chrono::milliseconds tracking_interval{60'000};
  /// How long a request to book that was not answered may still arrive: what was cancelled
  /// meanwhile is cancelled again and again until then.
  std::chrono::milliseconds longest_under_way{60 * 60'000};
  std::int64_t batch = 32;  ///< consignments that one round of it takes up
};

/// The module on its tables; migrations/shipping must have been applied. Starts the background
/// runner that talks to the carrier on the environment's scheduler; it stops, having finished the
/// call it is at, when the module is destroyed. The references must outlive the module. Several
/// processes may run it on one database.
std::unique_ptr<Module> make_shipping(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment);
std::unique_ptr<Module> make_shipping(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment,
                                      const CarrierPolicy& policy);

/// The module on maps instead of tables: for demonstrations and tests. With a ledger (see
/// banyan::MemoryLedger), which must outlive it, commands under a key happen once; with an ending
/// (see banyan::MemoryStore), which must too, its events get somewhere.
std::unique_ptr<Module> make_memory_shipping(Needs needs, const banyan::Environment& environment,
                                             const CarrierPolicy& policy,
                                             banyan::MemoryLedger* ledger = nullptr,
                                             banyan::UnitEnding* ending = nullptr);

}  // namespace shipping
