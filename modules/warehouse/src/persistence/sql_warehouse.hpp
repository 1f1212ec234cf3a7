// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/warehouse_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace warehouse {

/// The warehouse in the tables of migrations/warehouse, before, between and after the steps of its
/// separation: every unit of work looks at which tables are there.
std::unique_ptr<WarehouseStore> make_soci_warehouse_store(banyan::sql::ModuleDatabase& database);

}  // namespace warehouse
