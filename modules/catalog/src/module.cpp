// SPDX-License-Identifier: Apache-2.0
#include "catalog/module.hpp"

#include "application/use_cases.hpp"
#include "persistence/memory_catalog.hpp"
#include "persistence/sql_catalog.hpp"

namespace catalog {

std::unique_ptr<Catalog> make_catalog(Needs /*needs*/, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& /*environment*/) {
  return make_catalog_on(make_soci_catalog_store(database));
}

std::unique_ptr<Catalog> make_memory_catalog(const Records& records,
                                             const banyan::Environment& environment,
                                             banyan::UnitEnding* ending) {
  return make_catalog_on(make_memory_catalog_store(records, environment.clock, ending));
}

}  // namespace catalog
