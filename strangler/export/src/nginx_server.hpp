// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "banyan/routing/configuration.hpp"

namespace banyan::strangler {

/// The `server` block: where it listens, its limits, and how it passes on what the maps before it
/// have decided. `rewrites`: they have a $banyan_target. What it cannot say is added to
/// `differences`.
std::string nginx_server(const Configuration& configuration, bool rewrites,
                         std::vector<std::string>& differences);

}  // namespace banyan::strangler
