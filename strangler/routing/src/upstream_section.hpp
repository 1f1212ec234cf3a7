// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// Reads the sections `[upstreams.NAME]` into `configuration`, sorted by name. `table` may be null.
void read_upstreams(const toml::table* table, Configuration& configuration, FileProblems& problems);

}  // namespace banyan::strangler
