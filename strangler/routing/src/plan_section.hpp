// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/toml_section.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.plan]`: how the rollout moves by itself, when somebody starts it. Into `plan`
/// and `waived_places`.
void read_plan(Section section, RolloutPlan& rollout);

}  // namespace banyan::strangler
