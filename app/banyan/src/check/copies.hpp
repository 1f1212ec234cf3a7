// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/routing/configuration.hpp"
#include "check/finding.hpp"

namespace banyan::cli::check {

/// Copies that ask in their own name, and the secrets that they bring over the wire.
void look_at_copies(const strangler::Configuration& configuration, std::vector<Finding>& found);

}  // namespace banyan::cli::check
