// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/port.hpp"
#include "upstream_pool.hpp"

namespace banyan::serving {

/// Asks the instances of a group whether they can take traffic: by the health check, where the
/// group has one; a service of the kit by /health/ready; another application by any answer. `port`:
/// the module that a service of the kit is to serve; null for another application. By its OpenAPI
/// document it has to be of a version that answers what this process asks: of the same major
/// number, and no smaller minor one. Why they are not fit, naming each that is not: none can take
/// traffic, or one would answer something else. An instance that is only away is no reason: it gets
/// none. Nothing when all is well. Blocks for two seconds an instance at most.
std::optional<std::string> why_not_fit(const UpstreamPool& pool, const PortInfo* port,
                                       const Clock& clock);

}  // namespace banyan::serving
