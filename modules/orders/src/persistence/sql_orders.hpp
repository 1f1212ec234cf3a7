// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/order_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace orders {

/// Orders in the tables of migrations/orders, before, between and after the steps of their
/// separation: every unit of work looks at which tables are there.
std::unique_ptr<OrderStore> make_soci_order_store(banyan::sql::ModuleDatabase& database);

}  // namespace orders
