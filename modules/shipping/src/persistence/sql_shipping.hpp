// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/shipping_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace shipping {

/// Consignments in the tables of migrations/shipping.
std::unique_ptr<ShippingStore> make_sql_shipping_store(banyan::sql::ModuleDatabase& database);

}  // namespace shipping
