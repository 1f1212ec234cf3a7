// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/shipping_store.hpp"
#include "banyan/kernel/memory_store.hpp"

namespace shipping {

/// Consignments in maps, none in the beginning. See banyan::MemoryStore about ledger and ending.
std::unique_ptr<ShippingStore> make_memory_shipping_store(const banyan::Clock& clock,
                                                          banyan::MemoryLedger* ledger = nullptr,
                                                          banyan::UnitEnding* ending = nullptr);

}  // namespace shipping
