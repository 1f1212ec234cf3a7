// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "assembly.hpp"
#include "banyan/host/application.hpp"
#include "banyan/map/context_map.hpp"
#include "banyan/map/description.hpp"

namespace banyan::host {

/// What the program is made of, for its map. The same for all processes of one build; of a module
/// that was extracted from it, the tables are not known.
map::Description description_of(const Application& application,
                                const std::vector<ModuleEntry>& table);

/// The same with the modules (and the application's own pages, Assembly::kOwnPages) that have
/// called each operation in this process so far, which is what a process knows of callers without
/// sources.
map::Description with_callers(map::Description description, const Assembly& assembly);

/// Where each module is, as this process has it.
map::Places places_of(const Assembly& assembly);

}  // namespace banyan::host
