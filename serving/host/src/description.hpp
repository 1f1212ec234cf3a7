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

/// Where each module is, as this process has it.
map::Places places_of(const Assembly& assembly);

}  // namespace banyan::host
