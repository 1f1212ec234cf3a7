// SPDX-License-Identifier: Apache-2.0
#include "judged_side.hpp"

#include <array>
#include <charconv>
#include <set>

#include "banyan/digest/sha256.hpp"

namespace banyan::serving {
namespace {

std::string number(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

void add(std::string& text, std::string_view value) { text.append(value).append("\n"); }

/// "" where it has none.
std::string place_of(const Target& target) {
  const Destination& side = target.new_side;
  if (side.here) return "here";
  if (side.pool == nullptr) return {};
  std::set<std::string> instances;
  for (const http::Endpoint& each : side.pool->instances->options().instances) {
    instances.insert(to_string(each));
  }
  std::string text;
  add(text, target.route.successor_path.strip);
  add(text, target.route.successor_path.add);
  for (const std::string& each : instances) add(text, each);
  return text;
}

/// Not who asks for a rule and why, which changes no comparison.
std::string text_of(const strangler::ComparisonPlan& compare) {
  std::string text;
  for (const std::string& each : compare.headers) add(text, each);
  for (const strangler::DeclaredRule& each : compare.rules) {
    add(text, each.operation);
    add(text, each.path);
    add(text, to_string(each.rule.as));
    add(text, number(each.rule.within));
    add(text, each.rule.within_share ? "of it" : "");
    add(text, std::to_string(each.rule.apart.count()));
    add(text, each.rule.key);
    add(text, each.rule.ignoring ? each.rule.ignoring->until : std::string());
  }
  return text;
}

}  // namespace

std::string judged_side(const RouteSnapshot& routes, std::string_view rollout) {
  std::set<std::string> places;
  for (const Target& target : routes.targets()) {
    if (target.route.rollout == rollout) places.insert(place_of(target));
  }
  std::string text;
  for (const std::string& each : places) {
    if (!each.empty()) add(text, each);
  }
  if (const strangler::RolloutPlan* const plan = routes.configuration().rollout(rollout)) {
    text += text_of(plan->compare);
  }
  return sha256_hex(text);
}

}  // namespace banyan::serving
