// SPDX-License-Identifier: Apache-2.0
#include "edge.hpp"

#include <string>
#include <utility>

#include "forwarding/refuse.hpp"
#include "live_view.hpp"
#include "sticky_unit.hpp"

namespace banyan::strangler {
namespace {

/// A route of the file that has exactly this path comes before the proxy's own page.
bool claimed_by_file(const RouteMatch& match) {
  return match.route != nullptr && match.route->kind == PathKind::Template &&
         match.route->path.find('{') == std::string::npos;
}

}  // namespace

void Edge::handle(std::shared_ptr<http::Exchange> exchange) {
  const Door& door = parts_.doors[exchange->listener()];
  if (exchange->head().target == "*") return answer_for_all(*exchange);
  if (parts_.pages.serve_reserved(exchange, door.operators)) return;
  if (!door.clients) return parts_.pages.serve_only(exchange);
  std::shared_ptr<const Site> site = parts_.site.read([](const auto& current) { return current; });
  const http::RequestHead& head = exchange->head();
  const RouteMatch match = site->routing().table.match(head.method, head.target);
  if (!claimed_by_file(match) && parts_.pages.serve_common(exchange, door.operators)) return;
  if (match.route == nullptr) return refuse(*exchange, match);
  forward(std::move(exchange), *match.route, std::move(site));
}

void Edge::refused(const http::RefusedRequest& request, http::Response& answer) {
  const std::string_view correlation =
      request.head.fields.find("X-Correlation-Id").value_or(request.id);
  answer.head.fields.add("X-Correlation-Id", correlation);
  parts_.refusals.count(request.refusal);
  const bool of_clients = parts_.doors[request.listener].clients;
  if (!of_clients || !logs_accesses()) return;
  const Outcome outcome{.status = answer.head.status, .answer_bytes = answer.body.size()};
  parts_.access_log->line(request, outcome);
}

bool Edge::logs_accesses() const {
  return parts_.access_log != nullptr && parts_.access_log->wants_line();
}

/// OPTIONS * asks for the server as a whole (RFC 9110 §9.3.7), and that is this one.
void Edge::answer_for_all(http::Exchange& exchange) {
  http::Response response;
  response.head.status = 204;
  exchange.respond(std::move(response));
}

void Edge::refuse(http::Exchange& exchange, const RouteMatch& match) {
  parts_.metrics.requests.record(kNotMigrated, "no route", "refused", true, {});
  if (match.fault) {
    return refuse(exchange, refusal_answer(exchange, {400, "proxy.bad_target",
                                                      std::string(to_string(*match.fault))}));
  }
  if (match.allowed.empty()) {
    return refuse(exchange,
                  refusal_answer(exchange, {404, "proxy.no_route",
                                            "no route of the proxy's file leads here; it may be a "
                                            "part of the old application that nobody has declared "
                                            "yet"}));
  }
  http::Response response = refusal_answer(
      exchange,
      {405, "proxy.method_not_allowed", "the proxy's file has this path with other methods only"});
  response.head.fields.set("Allow", match.allowed.to_string());
  refuse(exchange, std::move(response));
}

void Edge::refuse(http::Exchange& exchange, http::Response answer) {
  if (logs_accesses()) {
    const Outcome outcome{.status = answer.head.status, .answer_bytes = answer.body.size()};
    parts_.access_log->line(exchange, nullptr, outcome);
  }
  exchange.respond(std::move(answer));
}

void Edge::forward(Exchange exchange, const Route& route, std::shared_ptr<const Site> site) {
  const Site::Way& way = site->way(route);
  const http::Endpoint& peer = exchange->peer();
  const std::string_view unit =
      sticky_unit(exchange->head(), peer, parts_.trusted_peers.contains(peer.host),
                  site->routing().configuration.sticky_units);
  const SideChoice choice = choose_side(route, way.successor != nullptr, unit, parts_.stages);
  UpstreamPool& pool = way.pool(choice.side);

  ForwardOrder order;
  order.group = pool.instances;
  order.side = choice.side;
  order.rewriting = choice.side == Side::Remote ? way.successor_rewriting : way.legacy_rewriting;
  if (!pool.group.host.empty()) order.request_fields.add("Host", pool.group.host);
  if (parts_.total_time.count() > 0) {
    order.deadline = exchange->loop().now() + parts_.total_time;
  }
  order.safe_to_repeat = route.effect == Effect::Read;
  if (choice.migrated) {
    order.routing = RoutingStamp{route.migration, choice.side, choice.revision};
  }
  if (parts_.explain) {
    order.response_fields.add("X-Strangler", explain(route, choice, unit, parts_.stages));
  }
  if (http::asked_upgrade(exchange->head())) {
    Tunnel tunnel{.migration = choice.migrated ? route.migration : std::string(),
                  .route = route.name,
                  .effect = route.effect,
                  .side = choice.side,
                  .unit = std::string(unit)};
    order.on_tunnel = [this, tunnel = std::move(tunnel),
                       &loop = exchange->loop()](std::function<void()> end) mutable {
      return parts_.tunnels.open(std::move(tunnel), loop, std::move(end));
    };
  }
  std::shared_ptr<http::Exchange> logged = logs_accesses() ? exchange : nullptr;
  order.done = [this, &route, &way, site = std::move(site),
                logged = std::move(logged)](const Outcome& outcome) {
    if (!outcome.aborted_by_client()) {
      way.requests(outcome.side).record(outcome.upstream_failed(), outcome.took);
    }
    const bool for_the_log =
        outcome.upstream_failed() || outcome.failure == ForwardFailure::NoSocket;
    if (for_the_log && !outcome.message.empty()) parts_.log.failure(route, outcome);
    if (logged) parts_.access_log->line(*logged, &route, outcome);
  };
  pool.forwarder.forward(std::move(exchange), std::move(order));
}

}  // namespace banyan::strangler
