// SPDX-License-Identifier: Apache-2.0
#include "upstream_options.hpp"

#include <utility>

namespace banyan::serving {
namespace {

double ratio(strangler::Percent share) { return share.hundredths() / 10'000.0; }

}  // namespace

std::vector<http::Endpoint> endpoints_of(const strangler::UpstreamGroup& group) {
  std::vector<http::Endpoint> all;
  all.reserve(group.instances.size());
  for (const strangler::Address& address : group.instances)
    all.push_back({address.host, address.port});
  return all;
}

upstream::GroupOptions group_options(const strangler::UpstreamGroup& group,
                                     const upstream::HealthRules& health,
                                     std::shared_ptr<http::TlsClient> tls) {
  upstream::GroupOptions options{.name = group.name, .instances = endpoints_of(group)};
  options.rules = {
      .health = health,
      .balance =
          group.least_loaded ? upstream::Balance::LeastLoaded : upstream::Balance::RoundRobin,
      .max_requests = group.max_requests,
      .retries = {.share = ratio(group.retries.share), .per_second = group.retries.per_second}};
  if (group.breaker) {
    options.rules.breaker = {.window = group.breaker->window,
                             .min_calls = group.breaker->min_requests,
                             .failure_ratio = ratio(group.breaker->failures),
                             .open_for = group.breaker->open_time,
                             .probes = group.breaker->probes};
  }
  http::UpstreamOptions& connections = options.connections;
  connections.tls = std::move(tls);
  connections.connect_timeout = group.connect_time;
  connections.first_byte_timeout = group.answer_time;
  connections.stall_timeout = group.stall_time;
  connections.stream_timeout = group.stream_time;
  connections.max_idle_per_loop = group.connections;
  connections.limits.head_bytes = group.max_answer_head;
  connections.limits.fields = group.max_answer_fields;
  return options;
}

upstream::HealthCheckPlan check_plan(const strangler::UpstreamGroup& group) {
  const strangler::HealthCheck& check = *group.health;
  upstream::HealthCheckPlan plan{.path = check.path,
                                 .host = check.host.empty() ? group.host : check.host,
                                 .every = check.every,
                                 .timeout = check.timeout,
                                 .healthy_after = check.healthy_after,
                                 .unhealthy_after = check.unhealthy_after};
  for (const auto& [name, value] : check.headers) plan.headers.add(name, value);
  plan.expect.clear();
  for (const auto& [from, to] : check.expect) plan.expect.push_back({from, to});
  return plan;
}

}  // namespace banyan::serving
