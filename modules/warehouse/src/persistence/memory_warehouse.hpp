// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "application/warehouse_store.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "warehouse/module.hpp"

namespace warehouse {

/// The warehouse in maps, beginning with this stock. Knows every track and every order. See
/// banyan::MemoryStore about the ledger.
std::unique_ptr<WarehouseStore> make_memory_warehouse_store(std::span<const StockRecord> stock,
                                                            const banyan::Clock& clock,
                                                            banyan::MemoryLedger* ledger = nullptr);

}  // namespace warehouse
