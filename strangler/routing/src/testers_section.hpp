// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.testers]`. Rollouts that share a header share what proves it: `others` are those
/// that were read before.
TestersPlan read_testers(Section section, const std::vector<RolloutPlan>& others);

}  // namespace banyan::strangler
