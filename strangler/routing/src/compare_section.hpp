// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/comparison/rules.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.compare]`, all of it.
ComparisonPlan read_compare(Section section, const std::string& rollout, bool& clear_examples);

}  // namespace banyan::strangler
