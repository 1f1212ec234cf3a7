// SPDX-License-Identifier: Apache-2.0
#include "shipping/module.hpp"

#include "application/shipping_on_store.hpp"
#include "persistence/memory_shipping.hpp"
#include "persistence/sql_shipping.hpp"

namespace shipping {

std::unique_ptr<Module> make_shipping(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment) {
  return make_shipping(needs, database, environment, CarrierPolicy{});
}

std::unique_ptr<Module> make_shipping(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment,
                                      const CarrierPolicy& policy) {
  return make_shipping_on(make_sql_shipping_store(database), needs, environment, policy);
}

std::unique_ptr<Module> make_memory_shipping(Needs needs, const banyan::Environment& environment,
                                             const CarrierPolicy& policy,
                                             banyan::MemoryLedger* ledger,
                                             banyan::UnitEnding* ending) {
  return make_shipping_on(make_memory_shipping_store(environment.clock, ledger, ending), needs,
                          environment, policy);
}

}  // namespace shipping
