// SPDX-License-Identifier: Apache-2.0
#include "orders/module.hpp"

#include <algorithm>

#include "application/use_cases.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/sql_orders.hpp"

namespace orders {
namespace {

/// Payments is the slowest of those that orders calls: somebody outside of the shop has to answer.
SagaPolicy usual_policy() {
  SagaPolicy policy;
  policy.call_budget = std::max(policy.call_budget, payments::kPatience);
  policy.lease = std::max(policy.lease, policy.call_budget + std::chrono::milliseconds(1'800));
  return policy;
}

}  // namespace

std::vector<banyan::SagaOutline> Module::sagas() {
  return banyan::outlines_of(OrderSagas::Sagas{});
}

std::unique_ptr<Module> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment) {
  return make_orders(needs, database, environment, usual_policy());
}

std::unique_ptr<Module> make_orders(Needs needs, banyan::sql::ModuleDatabase& database,
                                    const banyan::Environment& environment,
                                    const SagaPolicy& policy) {
  return make_orders_on(make_soci_order_store(database), needs, environment, policy);
}

std::unique_ptr<Module> make_memory_orders(Needs needs, const banyan::Environment& environment,
                                           const SagaPolicy& policy, banyan::MemoryLedger* ledger,
                                           banyan::UnitEnding* ending) {
  return make_orders_on(make_memory_order_store(environment.clock, ledger, ending), needs,
                        environment, policy);
}

}  // namespace orders
