// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "banyan/http/tls.hpp"
#include "banyan/routing/configuration.hpp"
#include "banyan/upstream/group.hpp"
#include "banyan/upstream/health_checks.hpp"

namespace banyan::serving {

/// What `[upstreams.NAME]` says, in the words of the client side.
std::vector<http::Endpoint> endpoints_of(const strangler::UpstreamGroup& group);
/// `tls`: null for plain HTTP.
upstream::GroupOptions group_options(const strangler::UpstreamGroup& group,
                                     const upstream::HealthRules& health,
                                     std::shared_ptr<http::TlsClient> tls);
/// Of a group that has `health`.
upstream::HealthCheckPlan check_plan(const strangler::UpstreamGroup& group);

}  // namespace banyan::serving
