// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "application/customer_store.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "customers/module.hpp"

namespace customers {

/// Customers in a map, beginning with these. See banyan::MemoryStore about the
/// other two.
std::unique_ptr<CustomerStore> make_memory_customer_store(std::span<const CustomerRecord> customers,
                                                          const banyan::Clock& clock,
                                                          banyan::MemoryLedger* ledger = nullptr,
                                                          banyan::UnitEnding* ending = nullptr);

}  // namespace customers
