// SPDX-License-Identifier: Apache-2.0
#include "pages/module.hpp"

#include "application/use_cases.hpp"

namespace pages {

std::unique_ptr<Pages> make_pages(Needs needs, banyan::sql::ModuleDatabase& /*database*/,
                                  const banyan::Environment& /*environment*/) {
  return make_pages_on(needs);
}

}  // namespace pages
