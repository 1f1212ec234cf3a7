// SPDX-License-Identifier: Apache-2.0
#include "metrics.hpp"

#include <set>
#include <string>
#include <utility>

#include "banyan/serving/metrics.hpp"

namespace banyan::serving {
namespace {

using telemetry::Sample;

/// Of the file, and of modules that have two sides.
std::set<std::string> rollouts_of(const RouteSnapshot& routes) {
  std::set<std::string> names;
  for (const std::string& name : routes.configuration().rollout_names()) names.insert(name);
  for (const Target& target : routes.targets()) {
    if (target.in_rollout()) names.insert(target.route.rollout);
  }
  return names;
}

double number(std::uint64_t value) { return static_cast<double>(value); }

/// Its breaker and its retries, for forwarded requests and calls together.
void add_group(std::vector<Sample>& all, const std::string& name,
               const upstream::Group::Report& report) {
  const auto add = [&](const telemetry::Metric& each, double value) {
    all.push_back({each, {name}, value});
  };
  add(metric("banyan_upstream_retries_total"), number(report.retries.made));
  add(metric("banyan_upstream_retries_denied_total"), number(report.retries.denied));
  add(metric("banyan_upstream_reroutes_total"), number(report.rerouted));
  if (!report.breaker) return;
  add(metric("banyan_upstream_breaker_open"),
      report.breaker->state == upstream::CircuitBreaker::State::Open ? 1.0 : 0.0);
  add(metric("banyan_upstream_breaker_opened_total"), number(report.breaker->opened));
}

void add_instance(std::vector<Sample>& all, const std::string& upstream,
                  const upstream::Group::Status& instance) {
  const auto add = [&](const telemetry::Metric& each, double value) {
    all.push_back({each, {upstream, to_string(instance.endpoint)}, value});
  };
  add(metric("banyan_upstream_healthy"),
      instance.state == upstream::InstanceState::Healthy ? 1.0 : 0.0);
  if (instance.check != upstream::CheckState::None) {
    add(metric("banyan_upstream_health_check_passing"),
        instance.check == upstream::CheckState::Passing ? 1.0 : 0.0);
  }
  add(metric("banyan_upstream_requests_in_flight"), number(instance.in_flight));
  add(metric("banyan_upstream_requests_total"), number(instance.requests));
  add(metric("banyan_upstream_failures_total"), number(instance.failures));
}

}  // namespace

std::vector<Sample> samples(const RouteSnapshot& routes, const strangler::Stages* stages) {
  std::vector<Sample> all;
  for (const auto& [name, pool] : routes.pools()) {
    for (const upstream::Group::Status& each : pool->instances->status()) {
      add_instance(all, name, each);
    }
    add_group(all, name, pool->instances->report());
    all.push_back({metric("banyan_upstream_requests_refused_total"),
                   {name},
                   number(pool->instances->refused())});
  }
  for (const std::string& rollout :
       stages != nullptr ? rollouts_of(routes) : std::set<std::string>()) {
    const strangler::Traffic traffic = stages->traffic(rollout);
    all.push_back(
        {metric("banyan_rollout_reads_ratio"), {rollout}, traffic.reads.hundredths() / 10'000.0});
    all.push_back({metric("banyan_rollout_writes_moved"),
                   {rollout},
                   traffic.writes == Side::Remote ? 1.0 : 0.0});
  }
  all.push_back({metric("banyan_routes_generation"), {}, number(routes.routing().generation)});
  return all;
}

std::vector<Sample> own_samples(const AccessLog* log, const http::NetworkServer* server) {
  std::vector<Sample> all;
  if (server != nullptr) {
    all.push_back({metric("banyan_http_connections"), {}, number(server->connections())});
    const http::NetworkServer::Overload away = server->overload();
    const telemetry::Metric& refused = metric("banyan_http_connections_refused_total");
    all.push_back({refused, {"connections"}, number(away.by_limit)});
    all.push_back({refused, {"connections_per_client"}, number(away.by_client_limit)});
  }
  if (log != nullptr) {
    all.push_back({metric("banyan_access_log_lines_total"), {}, number(log->written())});
    all.push_back({metric("banyan_access_log_lines_dropped_total"), {}, number(log->dropped())});
  }
  return all;
}

}  // namespace banyan::serving
