// SPDX-License-Identifier: Apache-2.0
#include "customers/module.hpp"

#include "application/use_cases.hpp"
#include "persistence/argon2_hasher.hpp"
#include "persistence/memory_customers.hpp"
#include "persistence/sql_customers.hpp"

namespace customers {

std::unique_ptr<Customers> make_customers(Needs /*needs*/, banyan::sql::ModuleDatabase& database,
                                          const banyan::Environment& environment) {
  return make_customers_on(make_sql_customer_store(database), make_argon2_hasher(), environment);
}

std::unique_ptr<Customers> make_memory_customers(std::span<const CustomerRecord> customers,
                                                 const banyan::Environment& environment,
                                                 banyan::MemoryLedger* ledger,
                                                 banyan::UnitEnding* ending) {
  return make_customers_on(make_memory_customer_store(customers, environment.clock, ledger, ending),
                           make_cheap_hasher(), environment);
}

}  // namespace customers
