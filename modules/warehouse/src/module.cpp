// SPDX-License-Identifier: Apache-2.0
#include "warehouse/module.hpp"

#include "application/use_cases.hpp"
#include "persistence/memory_warehouse.hpp"
#include "persistence/sql_warehouse.hpp"

namespace warehouse {

std::unique_ptr<Warehouse> make_warehouse(Needs needs, banyan::sql::ModuleDatabase& database,
                                          const banyan::Environment& environment) {
  return make_warehouse_on(make_soci_warehouse_store(database), needs.catalog, environment.clock);
}

std::unique_ptr<Warehouse> make_memory_warehouse(Needs needs, std::span<const StockRecord> stock,
                                                 const banyan::Environment& environment,
                                                 banyan::MemoryLedger* ledger) {
  return make_warehouse_on(make_memory_warehouse_store(stock, environment.clock, ledger),
                           needs.catalog, environment.clock);
}

}  // namespace warehouse
