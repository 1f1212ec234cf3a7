// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/serving/preview.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// Route by route: whether any request reaches it, whether its rollout moves anything, what of it
/// moves by percentage and writes, and what below its path stays.
void look_at_routes(const serving::Preview& preview, std::vector<Finding>& found);

/// What no route is for.
void look_at_the_rest_of_requests(const serving::Preview& preview, std::vector<Finding>& found);

}  // namespace banyan::cli::check
