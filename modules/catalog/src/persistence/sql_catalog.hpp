// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/catalog_store.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace catalog {

/// The catalogue in the tables of migrations/catalog.
std::unique_ptr<CatalogStore> make_soci_catalog_store(banyan::sql::ModuleDatabase& database);

}  // namespace catalog
