// SPDX-License-Identifier: Apache-2.0
// What a server is made of, and what it tells of itself.
#include <set>
#include <string>
#include <utility>

#include "banyan/serving/dependency.hpp"
#include "metrics.hpp"
#include "read_fallback.hpp"
#include "rollout_samples.hpp"
#include "secret.hpp"
#include "server_inside.hpp"

namespace banyan::serving {
namespace {

using strangler::FileProblem;
using strangler::Routing;

TlsServers servers_of(const TlsMaterial& material) {
  TlsServers servers;
  for (const http::TlsServer::Context& each : material.listeners) {
    servers.push_back(std::make_shared<http::TlsServer>(each));
  }
  return servers;
}

/// Of which rollouts it is the new side.
std::set<std::string> rollouts_to(const RouteSnapshot& routes, const UpstreamPool& pool) {
  std::set<std::string> names;
  for (const Target& target : routes.targets()) {
    if (target.in_rollout() && target.new_side.pool == &pool) names.insert(target.route.rollout);
  }
  return names;
}

/// " (the new side of catalog)": of rollouts.
std::string sides_of(const RouteSnapshot& routes, const UpstreamPool& pool) {
  std::set<std::string> sides;
  for (const Target& target : routes.targets()) {
    if (!target.in_rollout()) continue;
    if (target.old_side.pool == &pool) sides.insert("the old side of " + target.route.rollout);
    if (target.new_side.pool == &pool) sides.insert("the new side of " + target.route.rollout);
  }
  std::string text;
  for (const std::string& side : sides) text += (text.empty() ? " (" : ", ") + side;
  return text.empty() ? text : text + ')';
}

}  // namespace

Server::Inside::Inside(Parts given, const TlsMaterial& material)
    : parts(std::move(given)),
      started_with(parts.routing->configuration),
      file(parts.settings.config_file, parts.routing, parts.settings.overlay),
      checks(logs_health(parts.telemetry.log), [this](std::string_view what) { fault(what); }),
      upstreams{
          .forwarding = {.trusted_peers = parts.settings.trusted_peers,
                         .client_words = {started_with.drop_fields, started_with.pass_fields}},
          .health = parts.settings.health,
          .clock = parts.clock,
          .changed = logs_health(parts.telemetry.log)},
      pages(own_pages(parts.telemetry)),
      book(parts.clock),
      tls(servers_of(material)),
      listeners(
          listeners_of(started_with, tls, parts.served.context.trust == binding::Trust::Internal)),
      tunnels(parts.table, started_with.limits.pinned_tunnel_time),
      failures(parts.clock),
      certificates(material.files),
      secrets(marks_of_secrets(started_with, parts.settings.config_file)) {}

std::expected<std::shared_ptr<const RouteSnapshot>, std::vector<FileProblem>>
Server::Inside::snapshot(std::shared_ptr<const Routing> routing, const TlsMaterial& material,
                         const RouteSnapshot* before) {
  std::vector<Shown> shown;
  for (const Listener& listener : listeners) {
    if (listener.clients) shown.push_back(listener.shown());
  }
  return RouteSnapshot::build(
      {.routing = std::move(routing),
       .served = parts.served,
       .pages = pages,
       .listeners = std::move(shown),
       .endpoint_workers = endpoint_workers,
       .page_workers = *page_workers,
       .upstreams = upstreams,
       .tls = material,
       .requests = parts.telemetry.metrics.requests,
       .sides = sides,
       .book = parts.control != nullptr ? &book : nullptr,
       .evidence = parts.control != nullptr ? &parts.control->evidence() : nullptr,
       .before = before,
       .file = parts.settings.config_file});
}

/// What metrics, health and the operators' pages say.
void Server::Inside::tell() {
  telemetry::Metrics& metrics = parts.telemetry.metrics;
  metrics.add_samples([this] { return samples(*current(), stages()); });
  metrics.add_samples([this] { return own_samples(access_log.get(), server.get()); });
  metrics.add_samples([this] { return samples(listeners); });
  metrics.add_samples([this] { return samples(tunnels); });
  metrics.add_samples([this] { return refusals.samples(); });
  metrics.add_samples([this] { return fall_through.samples(); });
  metrics.add_samples([this] { return visits.samples(); });
  metrics.add_samples([this] { return samples(sides, parts.clock.steady()); });
  metrics.add_samples([this] { return samples(book); });
  parts.telemetry.health.add("upstreams", false, [this] { return upstream_health(); });
  if (!parts.settings.config_file.empty()) {
    parts.telemetry.health.add("configuration", false,
                               [this] { return refused.finding(parts.settings.config_file); });
  }
  view.emplace(LiveView::Parts{parts.served, *routes, parts.telemetry, parts.control, tunnels,
                               sides, fall_through, parts.clock});
}

telemetry::Health::Finding Server::Inside::upstream_health() const {
  const auto now = current();
  std::string ill;
  std::set<std::string> rollouts;
  for (const auto& [name, pool] : now->pools()) {
    if (pool->instances->healthy()) continue;
    ill += (ill.empty() ? "" : ", ") + name + sides_of(*now, *pool);
    rollouts.merge(rollouts_to(*now, *pool));
  }
  if (ill.empty()) return {};
  // Without a health check nobody asks but requests: what is quiet stays told, however well it is.
  std::string message = "no healthy instance in " + ill + "; none has answered since";
  if (stages() == nullptr) return {false, std::move(message)};
  for (const std::string& rollout : rollouts) {
    const std::string advice = what_to_do_without_new_side(
        now->configuration().rollout(rollout), rollout, *stages(), parts.settings.config_file);
    if (!advice.empty()) message += "; " + advice;
  }
  return {false, std::move(message)};
}

}  // namespace banyan::serving
