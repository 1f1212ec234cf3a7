// SPDX-License-Identifier: Apache-2.0
// What others want to know of a server that runs.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "judged_side.hpp"
#include "preflight.hpp"
#include "read_fallback.hpp"
#include "server_inside.hpp"

namespace banyan::serving {
namespace {

/// A counter may begin anew: what was counted of routes that are gone is forgotten.
std::uint64_t counted_since(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

}  // namespace

std::vector<Server::Address> Server::addresses() const {
  std::vector<Address> all;
  for (std::size_t i = 0; i < inside_->listeners.size(); ++i) {
    const Listener& listener = inside_->listeners[i];
    const http::Endpoint at = bound(listener, *inside_->server, i);
    all.push_back({.endpoint = at,
                   .url = url(listener, at),
                   .clients = listener.clients,
                   .operators = listener.operators,
                   .audience = listener.audience});
  }
  return all;
}

bool Server::has_new_side(std::string_view rollout) const {
  return inside_->current()->has_new_side(rollout);
}

bool Server::has_rollout(std::string_view rollout) const {
  const std::vector<std::string> names = inside_->current()->configuration().rollout_names();
  return std::ranges::find(names, rollout) != names.end();
}

std::optional<std::string> Server::preflight(std::string_view rollout) const {
  const auto routes = inside_->current();
  std::set<const UpstreamPool*> asked;
  for (const Target& target : routes->targets()) {
    if (target.route.rollout != rollout || target.new_side.pool == nullptr) continue;
    if (!asked.insert(target.new_side.pool).second) continue;
    const PortInfo* const port = target.operation != nullptr ? target.operation->port : nullptr;
    if (auto trouble = why_not_fit(*target.new_side.pool, port, inside_->parts.clock)) {
      return trouble;
    }
  }
  return std::nullopt;
}

strangler::TunnelCounts Server::tunnels(std::string_view rollout) const {
  return inside_->tunnels.of(rollout);
}

std::uint64_t Server::missed(std::string_view rollout) const {
  const std::uint64_t all = inside_->fall_through.of(rollout);
  const std::lock_guard lock(inside_->counting);
  const auto& before = inside_->counted_before.missed;
  const auto found = before.find(rollout);
  return found == before.end() ? all : counted_since(found->second, all);
}

std::optional<strangler::TesterCounts> Server::testers(std::string_view rollout) const {
  const auto routes = inside_->current();
  const auto* const plan = routes->configuration().rollout(rollout);
  if (plan == nullptr || !plan->testers) return std::nullopt;
  const auto figures = inside_->book.of(rollout);
  strangler::TesterCounts counts{
      .old_side = figures->forced[static_cast<std::size_t>(Side::Local)],
      .new_side = figures->forced[static_cast<std::size_t>(Side::Remote)]};
  for (const auto& each : figures->not_forced) counts.refused += each;
  return counts;
}

std::uint64_t Server::new_side_writes(std::string_view rollout) const {
  return inside_->book.of(rollout)->new_side_writes.load(std::memory_order_relaxed);
}

std::optional<std::uint64_t> Server::fallbacks(std::string_view rollout) const {
  const auto plan = inside_->plan_of(rollout);
  if (!plan || !plan->fallback) return std::nullopt;
  const auto figures = inside_->book.of(rollout);
  std::uint64_t all = 0;
  for (const auto& each : figures->fallbacks) all += each;
  return all;
}

strangler::Unowned Server::unowned() const {
  strangler::Unowned all = inside_->unowned_in_all();
  const std::lock_guard lock(inside_->counting);
  const strangler::Unowned& before = inside_->counted_before.unowned;
  all.nowhere_lately = counted_since(before.nowhere, all.nowhere);
  for (const auto& [route, requests] : all.catch_alls) {
    const auto found =
        std::ranges::find(before.catch_alls, route, &std::pair<std::string, std::uint64_t>::first);
    all.lately[route] =
        found == before.catch_alls.end() ? requests : counted_since(found->second, requests);
  }
  return all;
}

strangler::Unowned Server::Inside::unowned_in_all() const {
  strangler::Unowned all;
  const auto snapshot = current();
  std::map<std::string, std::uint64_t, std::less<>> catch_alls;
  for (const Target& target : snapshot->targets()) {
    const strangler::Route& route = target.route;
    const bool takes_all = route.kind == strangler::PathKind::Prefix && route.path == "/";
    if (takes_all && route.rollout.empty()) catch_alls.emplace(route.name, 0);
  }
  for (const auto& row : parts.telemetry.metrics.requests.read()) {
    if (row.key.module == kNoTarget && row.key.way == "refused") all.nowhere += row.latency.count;
    if (row.key.module == "other") all.not_told_apart += row.latency.count;
    const auto found = catch_alls.find(row.key.operation);
    if (row.key.module == kNoRollout && found != catch_alls.end()) {
      found->second += row.latency.count;
    }
  }
  all.catch_alls.assign(catch_alls.begin(), catch_alls.end());
  return all;
}

// Of a rollout that the file does not have, the usual ones.
std::vector<strangler::Percent> Server::steps(std::string_view rollout) const {
  const auto plan = inside_->plan_of(rollout);
  return plan ? plan->steps : strangler::usual_steps();
}

strangler::Plan Server::plan(std::string_view rollout) const {
  const auto plan = inside_->plan_of(rollout);
  return plan ? plan->plan : strangler::Plan::usual();
}

std::vector<strangler::JudgedOperation> Server::judged_operations(std::string_view rollout) const {
  return inside_->current()->judged_operations(rollout);
}

std::string Server::judged_side(std::string_view rollout) const {
  return serving::judged_side(*inside_->current(), rollout);
}

bool Server::shares_data(std::string_view rollout) const {
  const auto plan = inside_->plan_of(rollout);
  return plan && plan->fallback && plan->fallback->shared_data;
}

bool Server::may_answer_here(std::string_view rollout, std::uint64_t calls) const {
  if (inside_->parts.control == nullptr) return false;
  const auto plan = inside_->plan_of(rollout);
  if (!plan || !plan->fallback) return false;
  const auto figures = inside_->book.of(rollout);
  auto reason = why_no_read_falls_back(*plan->fallback, rollout, inside_->stages());
  if (!reason) {
    const SideWindow& here = inside_->sides.window(rollout, Side::Local);
    const std::uint64_t asked = here.read(inside_->parts.clock.steady()).requests + calls;
    if (!figures->extra.take(asked)) reason = NoFallback::Budget;
  }
  if (reason) {
    count(figures->no_fallbacks, *reason);
    return false;
  }
  count(figures->fallbacks, Effect::Read);
  return true;
}

bool Server::may_stay_here(std::string_view rollout) const {
  if (inside_->parts.control == nullptr) return false;
  const auto plan = inside_->plan_of(rollout);
  return plan && plan->fallback &&
         !why_no_read_falls_back(*plan->fallback, rollout, inside_->stages());
}

}  // namespace banyan::serving
