// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/order_store.hpp"
#include "banyan/kernel/memory_store.hpp"

namespace orders {

/// Orders in maps; see banyan::MemoryStore about the other two.
std::unique_ptr<OrderStore> make_memory_order_store(const banyan::Clock& clock,
                                                    banyan::MemoryLedger* ledger = nullptr,
                                                    banyan::UnitEnding* ending = nullptr);

}  // namespace orders
