// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/environment.hpp"
#include "catalog/port.hpp"
#include "warehouse/port.hpp"

namespace banyan {
class MemoryLedger;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace warehouse {

/// The catalogue says which tracks exist when a delivery comes in.
struct Needs {
  catalog::Catalog& catalog;
};

/// The module on its tables; migrations/warehouse must have been applied, those of separation/ or
/// not. The references must outlive it.
std::unique_ptr<Warehouse> make_warehouse(Needs needs, banyan::sql::ModuleDatabase& database,
                                          const banyan::Environment& environment);

struct StockRecord {
  TrackId track;
  std::int64_t on_hand = 0;
};

/// Puts stock on the shelves as it is: one batch is one unit of work, so all of it or nothing.
/// It counts as received at `now`. AlreadyExists "warehouse.already_loaded" when one of the tracks
/// is stocked.
banyan::Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                          std::span<const StockRecord> stock, banyan::Timestamp now);

/// Are all of these tracks stocked, and as many of each on hand?
bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const StockRecord> stock);

/// How many tracks are stocked: 0 for a warehouse that nothing was loaded into.
std::int64_t count_stock(banyan::sql::ModuleDatabase& database, const banyan::Context& context);

/// The module on maps instead of tables: for demonstrations and for the tests of those who need a
/// warehouse. It knows every order that it is asked about. With a ledger (see
/// banyan::MemoryLedger), which must outlive it, commands under a key happen once.
std::unique_ptr<Warehouse> make_memory_warehouse(Needs needs, std::span<const StockRecord> stock,
                                                 const banyan::Environment& environment,
                                                 banyan::MemoryLedger* ledger = nullptr);

}  // namespace warehouse
