// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/preview.hpp"

#include <algorithm>
#include <utility>

#include "banyan/binding/operation_table.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/serving/telemetry.hpp"
#include "listeners.hpp"
#include "operator_pages.hpp"
#include "operators_token.hpp"
#include "own_pages.hpp"
#include "route_snapshot.hpp"
#include "tls_material.hpp"

namespace banyan::serving {
namespace {

using strangler::FileProblem;

/// Nothing is answered here.
class NoWorkers final : public Executor {
 public:
  bool submit(Task) override { return false; }
};

std::optional<Preview::Destination> destination(const Destination& side, std::string_view target) {
  if (side.pool == nullptr) return std::nullopt;
  return Preview::Destination{side.pool->group.name, side.rewriting->target_for_upstream(target),
                              side.pool->group.host};
}

}  // namespace

/// Destroyed from the bottom up: first those who refer, then what they refer to.
struct Preview::Parts {
  explicit Parts(std::shared_ptr<const strangler::Routing> read) : routing(std::move(read)) {}

  std::shared_ptr<const strangler::Routing> routing;
  Telemetry telemetry{{.service = "banyan-proxy", .file = {}}};
  NoWorkers workers;
  Served served;
  EndpointWorkers endpoint_workers{served.endpoints, served.endpoint_threads};
  UpstreamPool::Common upstreams{.forwarding = {}, .health = {}, .clock = system_clock()};
  std::vector<OwnPage> pages = own_pages(telemetry);
  SideHealth sides;
  TlsMaterial tls;
  Listeners listeners;
  Shown shown = OwnPages::None;  ///< on the first listener for clients
  std::shared_ptr<const RouteSnapshot> snapshot;
};

Preview::Preview(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Preview::~Preview() = default;
Preview::Preview(Preview&&) noexcept = default;
Preview& Preview::operator=(Preview&&) noexcept = default;

std::expected<Preview, std::vector<FileProblem>> Preview::make(const std::string& config_file,
                                                               const strangler::Overlay& overlay) {
  auto routing = strangler::load_routing(config_file, overlay);
  if (!routing) return std::unexpected(std::move(routing.error()));
  auto parts = std::make_unique<Parts>(*routing);
  const strangler::Configuration& configuration = parts->routing->configuration;
  std::vector<FileProblem> problems;
  auto tls = read_tls_material(configuration, config_file);
  if (!tls) problems = std::move(tls.error().problems);
  if (auto token = read_operators_token(configuration, config_file); !token) {
    problems.push_back(std::move(token.error()));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  parts->tls = std::move(*tls);
  TlsServers servers;
  for (const http::TlsServer::Context& each : parts->tls.listeners) {
    servers.push_back(std::make_shared<http::TlsServer>(each));
  }
  parts->listeners = listeners_of(configuration, servers);
  std::vector<Shown> shown;
  for (const Listener& each : parts->listeners) {
    if (each.clients) shown.push_back(each.shown());
  }
  if (!shown.empty()) parts->shown = shown.front();
  auto snapshot = RouteSnapshot::build({.routing = parts->routing,
                                        .served = parts->served,
                                        .pages = parts->pages,
                                        .listeners = std::move(shown),
                                        .endpoint_workers = parts->endpoint_workers,
                                        .page_workers = parts->workers,
                                        .upstreams = parts->upstreams,
                                        .tls = parts->tls,
                                        .requests = parts->telemetry.metrics.requests,
                                        .sides = parts->sides,
                                        .file = config_file});
  if (!snapshot) return std::unexpected(std::move(snapshot.error()));
  parts->snapshot = std::move(*snapshot);
  return Preview(std::move(parts));
}

const strangler::Configuration& Preview::configuration() const {
  return parts_->routing->configuration;
}

std::vector<Preview::Listening> Preview::listening() const {
  std::vector<Listening> all;
  for (const Listener& each : parts_->listeners) {
    all.push_back({.url = url(each, each.endpoint),
                   .clients = each.clients,
                   .operators = each.operators,
                   .of_this_machine = each.of_this_machine(),
                   .tls = each.tls != nullptr});
  }
  return all;
}

std::vector<const strangler::Route*> Preview::by_precedence() const {
  std::vector<const strangler::Route*> all;
  for (const Target* each : parts_->snapshot->by_precedence(parts_->shown)) {
    if (each->page == nullptr) all.push_back(&each->route);
  }
  return all;
}

std::vector<strangler::WithoutEffect> Preview::without_effect(Timestamp now) const {
  return parts_->snapshot->without_effect(now);
}

Preview::Outcome Preview::request(std::string_view method, std::string_view target) const {
  Outcome outcome;
  if (is_reserved(target.substr(0, target.find('?')))) {
    outcome.answer = Answer::Operators;
    outcome.detail = "the operators' pages; never forwarded";
    return outcome;
  }
  const RouteSnapshot::Match match = parts_->snapshot->match(parts_->shown, method, target);
  if (match.beside != nullptr) outcome.beside = &match.beside->route;
  if (match.target == nullptr) {
    const bool refused = match.found.fault.has_value();
    outcome.answer = refused                       ? Answer::Refused
                     : match.found.allowed.empty() ? Answer::NotFound
                                                   : Answer::NotAllowed;
    outcome.detail = binding::not_found(match.found, method, target).message;
    return outcome;
  }
  if (match.target->page != nullptr) {
    outcome.answer = Answer::OwnPage;
    outcome.detail = match.target->page->endpoint.path;
    return outcome;
  }
  outcome.answer = Answer::Route;
  outcome.route = &match.target->route;
  outcome.effect = outcome.route->effect_for(method);
  outcome.old_side = destination(match.target->old_side, target);
  outcome.new_side = destination(match.target->new_side, target);
  return outcome;
}

}  // namespace banyan::serving
