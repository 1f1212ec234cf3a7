// SPDX-License-Identifier: Apache-2.0
#include "site.hpp"

#include <algorithm>
#include <utility>

namespace banyan::strangler {
namespace {

std::string_view statistics_module(const Route& route) {
  return route.migration.empty() ? kNotMigrated : std::string_view(route.migration);
}

bool same(const UpstreamGroup& left, const UpstreamGroup& right) {
  return left.instances == right.instances && left.connect_time == right.connect_time &&
         left.answer_time == right.answer_time && left.connections == right.connections;
}

ForwarderOptions for_group(ForwarderOptions options, const UpstreamGroup& group) {
  options.upstream.connect_timeout = group.connect_time;
  options.upstream.first_byte_timeout = group.answer_time;
  options.upstream.max_idle_per_loop = group.connections;
  return options;
}

std::vector<http::Endpoint> endpoints(const UpstreamGroup& group) {
  std::vector<http::Endpoint> all;
  for (const Address& address : group.instances) all.push_back({address.host, address.port});
  return all;
}

}  // namespace

UpstreamPool::UpstreamPool(const UpstreamGroup& described, const ForwarderOptions& options,
                           const HealthRules& health)
    : group(described),
      instances(std::make_shared<InstanceGroup>(described.name, endpoints(described), health)),
      forwarder(for_group(options, described)) {}

Site::Site(std::shared_ptr<const Routing> routing, const Site* before,
           const ForwarderOptions& options, const HealthRules& health,
           telemetry::CallStatistics& requests)
    : routing_(std::move(routing)) {
  for (const UpstreamGroup& group : routing_->configuration.upstreams) {
    std::shared_ptr<UpstreamPool>& pool = pools_[group.name];
    if (before != nullptr) {
      const auto found = before->pools_.find(group.name);
      if (found != before->pools_.end() && same(found->second->group, group)) pool = found->second;
    }
    if (!pool) pool = std::make_shared<UpstreamPool>(group, options, health);
  }
  const auto pool = [&](const std::string& name) {
    const auto found = pools_.find(name);
    return found == pools_.end() ? nullptr : found->second.get();
  };
  for (const Route& route : routing_->table.routes()) {
    const auto counter = [&](Side side) {
      return &requests.counter(statistics_module(route), route.name, to_string(side));
    };
    Way way{pool(route.legacy), pool(route.successor), counter(Side::Local), nullptr};
    if (way.successor != nullptr) way.to_successor = counter(Side::Remote);
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
