// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/kernel/environment.hpp"
#include "payments/port.hpp"
#include "payments/provider.hpp"

namespace banyan {
class MemoryLedger;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace payments {

/// The provider is an outside party: the application says who that is.
struct Needs {
  Provider& provider;
};

/// The module on its tables; migrations/payments must have been applied. The references must
/// outlive it.
std::unique_ptr<Payments> make_payments(Needs needs, banyan::sql::ModuleDatabase& database,
                                        const banyan::Environment& environment);

/// The module on maps instead of tables: for demonstrations and for the tests of those who need
/// payments. The ledger is as for the other modules; no command of this one goes by a key.
std::unique_ptr<Payments> make_memory_payments(Needs needs, const banyan::Environment& environment,
                                               banyan::MemoryLedger* ledger = nullptr);

}  // namespace payments
