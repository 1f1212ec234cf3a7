// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/payment_store.hpp"
#include "banyan/kernel/memory_store.hpp"

namespace payments {

/// Payments in a map. See banyan::MemoryStore about the ledger.
std::unique_ptr<PaymentStore> make_memory_payment_store(const banyan::Clock& clock,
                                                        banyan::MemoryLedger* ledger);

}  // namespace payments
