// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/telemetry/metrics.hpp"
#include "rollout_book.hpp"

namespace banyan::serving {

/// What the book says of each rollout, as metrics: banyan_shadow_…, banyan_comparisons_…,
/// banyan_fallbacks_… and banyan_forced_….
std::vector<telemetry::Sample> samples(const RolloutBook& book);

}  // namespace banyan::serving
