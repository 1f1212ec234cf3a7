// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/kernel/environment.hpp"
#include "catalog/port.hpp"
#include "reviews/port.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

namespace reviews {

struct Needs {
  catalog::Catalog& catalog;
};

/// The references must outlive the module.
std::unique_ptr<Reviews> make_reviews(Needs needs, banyan::sql::ModuleDatabase& database,
                                      const banyan::Environment& environment);

}  // namespace reviews
