// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "access_log.hpp"
#include "banyan/http/network_server.hpp"
#include "banyan/stages/stages.hpp"
#include "banyan/telemetry/metrics.hpp"
#include "route_snapshot.hpp"

namespace banyan::serving {

/// The upstream groups with the health of their instances, and the shares of the rollouts.
/// `stages`: null where there is no rollout.
std::vector<telemetry::Sample> samples(const RouteSnapshot& routes,
                                       const strangler::Stages* stages);

/// Of the process itself; either may be null.
std::vector<telemetry::Sample> own_samples(const AccessLog* log, const http::NetworkServer* server);

}  // namespace banyan::serving
