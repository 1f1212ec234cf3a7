// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.shadow]` of that rollout.
ShadowPlan read_shadow(Section section, const std::string& rollout);

/// `[rollouts.NAME.fallback]`.
FallbackPlan read_fallback(Section section);

}  // namespace banyan::strangler
