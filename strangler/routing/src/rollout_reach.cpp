// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/rollout_reach.hpp"

#include <algorithm>
#include <utility>

#include "banyan/routing/route_table.hpp"

namespace banyan::strangler {
namespace {

bool has(const Route& route, Effect effect) {
  if (route.declared_effect) return *route.declared_effect == effect;
  return std::ranges::any_of(http::known_methods(), [&](const std::string& method) {
    return route.methods.contains(method) && route.effect_for(method) == effect;
  });
}

/// "all reads and the writes", as far as the new side has them.
std::string on_new_side(const Traffic& traffic) {
  std::string text;
  if (traffic.reads > Percent::none()) {
    text =
        traffic.reads == Percent::all() ? "all reads" : to_string(traffic.reads) + " of the reads";
  }
  if (traffic.writes == Side::Remote) text += text.empty() ? "the writes" : " and the writes";
  return text;
}

/// A path that the route may be asked by: "/books/sample/reviews".
std::string sample_of(const Route& route) {
  constexpr std::string_view kSegment = "banyan-sample";
  std::string path;
  bool in_field = false;
  for (const char c : route.path) {
    if (c == '{') path += kSegment;
    in_field = c == '{' || (in_field && c != '}');
    if (!in_field && c != '}') path += c;
  }
  if (route.kind != PathKind::Prefix) return path;
  return path + (path.ends_with('/') ? "" : "/") + std::string(kSegment);
}

bool is_on_new_side(const Traffic& traffic, Effect effect) {
  return effect == Effect::Write ? traffic.writes == Side::Remote : traffic.reads == Percent::all();
}

/// What both files make of the route's requests.
struct Tables {
  const RouteTable& before;
  const RouteTable& after;
  const Configuration& file_before;
  const Configuration& file_after;
};

/// One upstream, or another name of it: the same instance, unless they are asked for in the names
/// of two hosts.
bool is_same_upstream(const UpstreamGroup* one, const UpstreamGroup* other) {
  if (one == nullptr || other == nullptr) return false;
  if (!one->host.empty() && !other->host.empty() && one->host != other->host) return false;
  return std::ranges::any_of(one->instances, [&](const auto& each) {
    return std::ranges::find(other->instances, each) != other->instances.end();
  });
}

bool leads_back(const Route& now, const Route& route, const Tables& tables) {
  if (now.legacy == route.legacy) return true;
  if (now.legacy == route.successor) return false;
  return is_same_upstream(tables.file_after.upstream(now.legacy),
                          tables.file_before.upstream(route.legacy));
}

std::optional<std::string> why_sent_back(const Route& route, const Tables& tables,
                                         const TrafficOf& traffic) {
  const std::string sample = sample_of(route);
  for (const std::string& method : http::known_methods()) {
    if (!route.methods.contains(method)) continue;
    const Route* const then = tables.before.match(method, sample).route;
    const Route* const now = tables.after.match(method, sample).route;
    if (then == nullptr || then->name != route.name || now == nullptr) continue;
    const bool stays =
        !now->rollout.empty() && is_on_new_side(traffic(now->rollout), now->effect_for(method));
    if (!leads_back(*now, route, tables) || stays) continue;
    return "the route \"" + route.name + "\" of " + route.rollout +
           ", which has moved, is not here any more, and " + method + ' ' + route.path +
           " would go to the old side (" + now->legacy + ") by the route \"" + now->name +
           "\". Put it back; or lead what it took straight to the new side (legacy = \"" +
           route.successor + "\", without a rollout); or set all of " + route.rollout +
           " back first: banyan shift " + route.rollout + " 0% --writes old --why over";
  }
  return std::nullopt;
}

}  // namespace

RolloutReach reach_of(const Configuration& configuration, std::string_view rollout) {
  RolloutReach reach;
  for (const Route& route : configuration.routes) {
    if (route.rollout != rollout || route.successor.empty()) continue;
    for (const Effect effect : {Effect::Read, Effect::Write}) {
      if (has(route, effect)) reach.add(effect);
    }
  }
  return reach;
}

std::optional<std::string> why_left_behind(std::string_view rollout, const Traffic& traffic,
                                           const ReachChange& change, const std::string& store) {
  if (traffic.stage == TrafficStage::Retired) return std::nullopt;
  // Without a table to compare with: one that has some of them may never have had the others.
  const RolloutReach unknown{.reads = !change.after.any(), .writes = !change.after.any()};
  const RolloutReach before = change.before.value_or(unknown);
  const bool reads = traffic.reads > Percent::none() && before.reads && !change.after.reads;
  const bool writes = traffic.writes == Side::Remote && before.writes && !change.after.writes;
  if (!reads && !writes) return std::nullopt;
  const std::string name(rollout);
  const std::string_view which = reads && writes ? "requests" : reads ? "reads" : "writes";
  std::string text = "the control store has " + name + " at " + to_string(traffic) + " (" +
                     on_new_side(traffic) + " are on its new side), and no route here leads " +
                     "its " + std::string(which) +
                     " to a new side any more: they would go to the old one. Put the routes of " +
                     name + " back; or, if that is meant, set it back first: banyan shift " + name +
                     " 0% --writes old --why over";
  const std::string where = store.empty() ? "" : " --store '" + store + "'";
  text += where;
  if (traffic.stage == TrafficStage::Moved) {
    // Past the process nobody can judge whether the old side is used.
    text += "; or, if its old side is to go, say so first: banyan retire " + name + " --why over" +
            (store.empty() ? "" : " --force") + where;
  }
  return text;
}

std::vector<std::string> routes_sent_back(const Configuration& before, const Configuration& after,
                                          const TrafficOf& traffic) {
  std::vector<const Route*> moved;
  for (const Route& each : before.routes) {
    if (each.rollout.empty()) continue;
    if (traffic(each.rollout).stage == TrafficStage::Moved) moved.push_back(&each);
  }
  std::vector<std::string> all;
  if (moved.empty()) return all;
  const auto then = RouteTable::build(before.routes);
  const auto now = RouteTable::build(after.routes);
  if (!then || !now) return all;  // who reads the file says what is wrong with it
  for (const Route* each : moved) {
    if (auto why = why_sent_back(*each, {*then, *now, before, after}, traffic))
      all.push_back(std::move(*why));
  }
  return all;
}

}  // namespace banyan::strangler
