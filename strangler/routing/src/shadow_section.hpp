// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/routing/configuration.hpp"
#include "banyan/routing/toml_section.hpp"

namespace banyan::strangler {

/// `[rollouts.NAME.shadow]`.
ShadowPlan read_shadow(Section section);

/// `[rollouts.NAME.fallback]`.
FallbackPlan read_fallback(Section section);

}  // namespace banyan::strangler
