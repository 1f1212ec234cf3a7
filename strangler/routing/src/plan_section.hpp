// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/toml_section.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.plan]`: how the rollout moves by itself, when somebody starts it.
Plan read_plan(Section section);

}  // namespace banyan::strangler
