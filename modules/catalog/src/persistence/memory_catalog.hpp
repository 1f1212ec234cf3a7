// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/catalog_store.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "catalog/module.hpp"

namespace catalog {

/// The catalogue in maps, holding copies of `records`. See banyan::MemoryStore about the last one.
std::unique_ptr<CatalogStore> make_memory_catalog_store(const Records& records,
                                                        const banyan::Clock& clock,
                                                        banyan::UnitEnding* ending = nullptr);

}  // namespace catalog
