// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// Reads `[[routes]]` into `configuration`, whose upstreams and rollouts must be there already,
/// and checks that the routes make a table. `list` may be null.
void read_routes(const toml::array* list, Configuration& configuration, FileProblems& problems);

}  // namespace banyan::strangler
