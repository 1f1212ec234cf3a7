// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "banyan/http/message.hpp"
#include "banyan/serving/telemetry.hpp"
#include "route_snapshot.hpp"

namespace banyan::serving {

/// /health/live and /health/ready for load balancers, /metrics for Prometheus. `telemetry` must
/// outlive them.
std::vector<OwnPage> own_pages(Telemetry& telemetry);

/// A page that nobody keeps and no browser guesses about.
http::Response page(std::string_view content_type, std::string body, unsigned status = 200);

}  // namespace banyan::serving
