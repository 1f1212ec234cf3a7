// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/rollout_reach.hpp"

#include <algorithm>

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
  if (!store.empty()) text += " --store '" + store + "'";
  if (traffic.stage == TrafficStage::Moved) {
    text += "; or, if its old side is to go, say so first: banyan retire " + name + " --why over";
  }
  return text;
}

}  // namespace banyan::strangler
