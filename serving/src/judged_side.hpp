// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "route_snapshot.hpp"

namespace banyan::serving {

/// What evidence about the rollout's new side is about, see strangler::JudgedSideOf: the instances
/// that its requests go to and the paths that they have there, and what the file says of when
/// answers count as the same. A route more, another order or other steps change nothing of it.
std::string judged_side(const RouteSnapshot& routes, std::string_view rollout);

}  // namespace banyan::serving
