// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "banyan/kernel/environment.hpp"
#include "pages/port.hpp"
#include "pages/wiki.hpp"

namespace banyan::sql {
class ModuleDatabase;
}

/// For the application that hosts the module; other modules include port.hpp.
namespace pages {

struct Needs {
  Wiki& wiki;
};

/// The wiki must outlive it. The module has no tables: the pages are the wiki's until they move
/// too.
std::unique_ptr<Pages> make_pages(Needs needs, banyan::sql::ModuleDatabase& database,
                                  const banyan::Environment& environment);

}  // namespace pages
