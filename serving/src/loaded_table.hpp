// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "banyan/stages/control_store.hpp"
#include "route_snapshot.hpp"

namespace banyan::serving {

/// What requests are routed by, for the switch log: every route (of the file and of operations),
/// upstream and rollout with the hash of what it says; sorted by name.
std::vector<strangler::TablePart> loaded_table(const RouteSnapshot& routes);

/// This process as the author of a line: "banyan-proxy (banyan@build-3)".
std::string process_name(std::string_view service);

}  // namespace banyan::serving
