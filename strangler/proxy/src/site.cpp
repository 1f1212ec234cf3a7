// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <algorithm>
#include <utility>

namespace banyan::strangler {
namespace {

std::string_view statistics_module(const Route& route) {
  return route.migration.empty() ? kNotMigrated : std::string_view(route.migration);
}

ForwarderOptions for_group(ForwarderOptions options, const UpstreamGroup& group,
                           std::shared_ptr<http::TlsClient> tls) {
  options.upstream.tls = std::move(tls);
  options.upstream.connect_timeout = group.connect_time;
  options.upstream.first_byte_timeout = group.answer_time;
  options.upstream.stall_timeout = group.stall_time;
  options.upstream.max_idle_per_loop = group.connections;
  return options;
}

std::vector<http::Endpoint> endpoints(const UpstreamGroup& group) {
  std::vector<http::Endpoint> all;
  all.reserve(group.instances.size());
  for (const Address& address : group.instances) all.push_back({address.host, address.port});
  return all;
}

GroupRules rules_of(const UpstreamGroup& group, const HealthRules& health) {
  return {.health = health,
          .balance = group.least_loaded ? Balance::LeastLoaded : Balance::RoundRobin,
          .max_requests = group.max_requests};
}

HealthCheckPlan plan_of(const HealthCheck& check, const std::string& host,
                        std::shared_ptr<http::TlsClient> tls) {
  return {.path = check.path,
          .host = host,
          .every = check.every,
          .timeout = check.timeout,
          .healthy_after = check.healthy_after,
          .unhealthy_after = check.unhealthy_after,
          .tls = std::move(tls)};
}

}  // namespace

UpstreamPool::UpstreamPool(const UpstreamGroup& described, const Common& common,
                           http::TlsClient::Context tls_context)
    : group(described),
      tls(tls_context ? std::make_shared<http::TlsClient>(std::move(tls_context)) : nullptr),
      instances(std::make_shared<InstanceGroup>(described.name, endpoints(described),
                                                rules_of(described, common.health))),
      forwarder(for_group(common.forwarding, described, tls)) {
  if (group.health && common.checks != nullptr) {
    checking = common.checks->watch(instances, plan_of(*group.health, group.host, tls));
  }
}

Site::Site(std::shared_ptr<const Routing> routing, const Site* before,
           const UpstreamPool::Common& common, const TlsMaterial& tls,
           telemetry::CallStatistics& requests)
    : routing_(std::move(routing)) {
  for (const UpstreamGroup& group : routing_->configuration.upstreams) {
    std::shared_ptr<UpstreamPool>& pool = pools_[group.name];
    if (before != nullptr) {
      const auto found = before->pools_.find(group.name);
      if (found != before->pools_.end() && found->second->group == group) pool = found->second;
    }
    const auto context = tls.upstreams.find(group.name);
    const bool by_tls = context != tls.upstreams.end();
    if (!pool) {
      pool = std::make_shared<UpstreamPool>(group, common, by_tls ? context->second : nullptr);
    } else if (by_tls) {
      pool->tls->use(context->second);
    }
  }
  const auto pool = [&](const std::string& name) {
    const auto found = pools_.find(name);
    return found == pools_.end() ? nullptr : found->second.get();
  };
  for (const Route& route : routing_->table.routes()) {
    const auto counter = [&](Side side) {
      return &requests.counter(statistics_module(route), route.name, to_string(side));
    };
    const auto rewriting = [&](const UpstreamPool* to, const PathChange& change) {
      return &std::as_const(rewritings_.emplace_back(PathMapping{change.strip, change.add},
                                                     endpoints(to->group), to->group.host));
    };
    Way way{.legacy = pool(route.legacy),
            .successor = pool(route.successor),
            .to_legacy = counter(Side::Local)};
    way.legacy_rewriting = rewriting(way.legacy, route.legacy_path);
    if (way.successor != nullptr) {
      way.to_successor = counter(Side::Remote);
      way.successor_rewriting = rewriting(way.successor, route.successor_path);
    }
    ways_.emplace(&route, way);
  }
}

const Site::Way& Site::way(const Route& route) const { return ways_.at(&route); }

bool Site::has_successor(std::string_view migration) const {
  return std::ranges::any_of(routing_->table.routes(), [&](const Route& route) {
    return route.migration == migration && !route.successor.empty();
  });
}

}  // namespace banyan::strangler
