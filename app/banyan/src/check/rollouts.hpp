// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/routing/configuration.hpp"
#include "check/control_store.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// Those that no route goes by, and those whose traffic has moved and that have lost their routes
/// or their section.
void look_at_rollouts(const strangler::Configuration& configuration, const ControlStoreNow& store,
                      std::vector<Finding>& found);

}  // namespace banyan::cli::check
