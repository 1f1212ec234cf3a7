// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "access_log.hpp"
#include "http/server.hpp"
#include "site.hpp"
#include "stages/stages.hpp"
#include "telemetry/metrics.hpp"
#include "tunnels.hpp"

namespace banyan::strangler {

/// What the dashboard draws: each migration as a module, its routes as operations.
std::string live_json(const Site& site, const Stages& stages, const Tunnels& tunnels,
                      ControlStore& store, const telemetry::Metrics& metrics, SteadyTime started);

/// The upstream groups with what is known of their instances' health.
std::string upstreams_json(const Site& site);

/// The same, and the shares of the migrations, for Prometheus.
std::vector<telemetry::Gauge> gauges(const Site& site, const Stages& stages);

/// Of the proxy itself; either may be null.
std::vector<telemetry::Gauge> own_gauges(const AccessLog* log, const http::Server* server);

}  // namespace banyan::strangler
