// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/routing/configuration.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// What users are told apart by, where anything moves: whether one stays on one side, and whether
/// each key is ever asked.
void look_at_stickiness(const strangler::Configuration& configuration, std::vector<Finding>& found);

}  // namespace banyan::cli::check
