// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "upstream_pool.hpp"

namespace banyan::serving {

/// Asks the instances of a group whether one of them can take traffic: by its health check, where
/// it has one; a service of the kit by /health/ready; another application by any answer. Why none
/// can; nothing when one can. Blocks for a second an instance at most.
std::optional<std::string> why_not_fit(const UpstreamPool& pool, bool of_the_kit,
                                       const Clock& clock);

}  // namespace banyan::serving
