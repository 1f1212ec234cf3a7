// SPDX-License-Identifier: Apache-2.0
#include "payments/module.hpp"

#include "application/use_cases.hpp"
#include "persistence/memory_payments.hpp"
#include "persistence/sql_payments.hpp"

namespace payments {

std::unique_ptr<Payments> make_payments(Needs needs, banyan::sql::ModuleDatabase& database,
                                        const banyan::Environment& environment) {
  return make_payments_on(make_sql_payment_store(database), needs.provider, environment.clock);
}

std::unique_ptr<Payments> make_memory_payments(Needs needs, const banyan::Environment& environment,
                                               banyan::MemoryLedger* ledger) {
  return make_payments_on(make_memory_payment_store(environment.clock, ledger), needs.provider,
                          environment.clock);
}

}  // namespace payments
