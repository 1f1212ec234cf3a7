// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/comparison/rules.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.compare]`, all of it, into `compare`, `clear_examples` and `rule_places` of the
/// plan, whose name it has.
void read_compare(Section section, RolloutPlan& rollout);

}  // namespace banyan::strangler
