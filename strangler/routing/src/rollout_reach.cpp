// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/rollout_reach.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "banyan/routing/route_table.hpp"

namespace banyan::strangler {
namespace {

/// Before the name of the rollout, in the name of a part.
constexpr std::string_view kReachOf = "reach ";

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

/// A request that a rollout which has moved would lose.
struct SentBack {
  std::string_view method;
  const Route* then;  ///< of the rollout
  const Route* now;
};

/// The first, by the path of the route `asked`, which is to be `whose`: that of before, or of now.
std::optional<SentBack> sent_back(const Route& asked, const Route* SentBack::* whose,
                                  const Tables& tables, const TrafficOf& traffic) {
  const std::string sample = sample_of(asked);
  for (const std::string& method : http::known_methods()) {
    if (!asked.methods.contains(method)) continue;
    const SentBack found{method, tables.before.match(method, sample).route,
                         tables.after.match(method, sample).route};
    if (found.then == nullptr || found.now == nullptr || found.then->rollout.empty()) continue;
    if ((found.*whose)->name != asked.name) continue;
    if (traffic(found.then->rollout).stage != TrafficStage::Moved) continue;
    const bool stays = !found.now->rollout.empty() &&
                       is_on_new_side(traffic(found.now->rollout), found.now->effect_for(method));
    if (!stays && leads_back(*found.now, *found.then, tables)) return found;
  }
  return std::nullopt;
}

std::string other_ways(const Route& then) {
  return "lead what it took straight to the new side (legacy = \"" + then.successor +
         "\", without a rollout); or set all of " + then.rollout + " back first: banyan shift " +
         then.rollout + " 0% --writes old --why over";
}

std::string why_lost(const Route& route, const SentBack& found) {
  return "the route \"" + route.name + "\" of " + route.rollout +
         ", which has moved, is not here any more, and " + std::string(found.method) + ' ' +
         route.path + " would go to the old side (" + found.now->legacy + ") by the route \"" +
         found.now->name + "\". Put it back; or " + other_ways(*found.then);
}

std::string why_between(const Route& route, const SentBack& found) {
  return "the route \"" + route.name + "\" takes " + std::string(found.method) + ' ' + route.path +
         " from the route \"" + found.then->name + "\" of " + found.then->rollout +
         ", which has moved, and would send it to the old side (" + route.legacy +
         "). Take it out, or give it rollout = \"" + found.then->rollout + "\"; or " +
         other_ways(*found.then);
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

TablePart reach_part(std::string_view rollout, const RolloutReach& reach) {
  std::string text = reach.reads ? "reads" : "";
  if (reach.writes) text += text.empty() ? "writes" : " and writes";
  return {std::string(kReachOf).append(rollout), text.empty() ? "nothing" : std::move(text)};
}

std::string_view rollout_of(const TablePart& part) {
  const std::string_view name = part.name;
  return name.starts_with(kReachOf) ? name.substr(kReachOf.size()) : std::string_view();
}

std::optional<RolloutReach> noted_reach(const std::vector<TablePart>& table,
                                        std::string_view rollout) {
  for (const TablePart& each : table) {
    if (rollout.empty() || rollout_of(each) != rollout) continue;
    return RolloutReach{.reads = each.hash.starts_with("reads"),
                        .writes = each.hash.ends_with("writes")};
  }
  return std::nullopt;
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
  const std::string where = store.empty() ? "" : " --store '" + store + "'";
  // Past the process nobody can judge whether the old side is used.
  const std::string retire =
      traffic.stage != TrafficStage::Moved
          ? ""
          : "if its old side is to go, or the routes here lead straight to the new one, say so "
            "first: banyan retire " +
                name + " --why over" + (store.empty() ? "" : " --force") + where + "; or, ";
  return "the control store has " + name + " at " + to_string(traffic) + " (" +
         on_new_side(traffic) + " are on its new side), and no route here leads its " +
         std::string(which) +
         " to a new side any more: they would go where other "
         "routes lead them, to the old one as a rule. Put the routes of " +
         name + " back" +
         (change.elsewhere ? ", or give this process a control store of its own: another process "
                             "goes by " +
                                 name + " now, and what follows changes its traffic as well"
                           : "") +
         "; or, " + retire + "if it is to go home, set it back first: banyan shift " + name +
         " 0% --writes old --why over" + where;
}

bool stays_on_new_side(const Configuration& before, const Configuration& after,
                       std::string_view rollout) {
  const auto then = RouteTable::build(before.routes);
  const auto now = RouteTable::build(after.routes);
  if (!then || !now) return false;
  bool any = false;
  for (const Route& route : before.routes) {
    if (route.rollout != rollout || route.successor.empty()) continue;
    const std::string sample = sample_of(route);
    for (const std::string& method : http::known_methods()) {
      if (!route.methods.contains(method)) continue;
      const Route* const was = then->match(method, sample).route;
      if (was == nullptr || was->name != route.name) continue;
      const Route* const is = now->match(method, sample).route;
      if (is == nullptr) return false;
      const bool straight = is->rollout.empty() && is->legacy == route.successor;
      const bool by_rollout = is->rollout == rollout && !is->successor.empty();
      if (!straight && !by_rollout) return false;
      any = true;
    }
  }
  return any;
}

std::vector<std::string> routes_sent_back(const Configuration& before, const Configuration& after,
                                          const TrafficOf& traffic) {
  const bool any_moved = std::ranges::any_of(before.routes, [&](const Route& each) {
    return !each.rollout.empty() && traffic(each.rollout).stage == TrafficStage::Moved;
  });
  std::vector<std::string> all;
  if (!any_moved) return all;
  const auto then = RouteTable::build(before.routes);
  const auto now = RouteTable::build(after.routes);
  if (!then || !now) return all;  // who reads the file says what is wrong with it
  const Tables tables{*then, *now, before, after};
  std::set<std::string, std::less<>> lost;
  for (const Route& each : before.routes) {
    const auto found = sent_back(each, &SentBack::then, tables, traffic);
    if (!found) continue;
    lost.insert(each.name);
    all.push_back(why_lost(each, *found));
  }
  for (const Route& each : after.routes) {
    const auto found = sent_back(each, &SentBack::now, tables, traffic);
    if (found && !lost.contains(found->then->name)) all.push_back(why_between(each, *found));
  }
  return all;
}

}  // namespace banyan::strangler
