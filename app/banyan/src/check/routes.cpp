// SPDX-License-Identifier: Apache-2.0
#include "check/routes.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "banyan/http/method_set.hpp"
#include "banyan/kernel/in_quotes.hpp"
#include "banyan/kernel/operation.hpp"
#include "check/example_path.hpp"
#include "check/of_an_application.hpp"

namespace banyan::cli::check {
namespace {

using serving::Preview;
using strangler::Configuration;
using strangler::PathKind;
using strangler::Route;

/// Of the methods that a route names one by one; of one that takes all, some that there are.
std::vector<std::string> methods_of(const Route& route) {
  std::vector<std::string> all;
  for (const std::string& each : http::known_methods()) {
    if (route.methods.contains(each)) all.push_back(each);
  }
  if (route.methods.is_any()) all.emplace_back("BANYAN-CHECK");  // one that nobody names
  return all;
}

/// By asking the table for what the route is for.
void look_whether_it_is_reached(const Preview& preview, const Route& route,
                                std::vector<Finding>& found) {
  std::string winner;
  const std::string path = example_path(route);
  std::vector<std::string> targets{path};
  if (route.kind == PathKind::Prefix) {
    targets.push_back(path == "/" ? "/banyan-check" : path + "/banyan-check");
  }
  for (const std::string& method : methods_of(route)) {
    for (const std::string& target : targets) {
      const Preview::Outcome outcome = preview.request(method, target);
      if (outcome.route != nullptr && outcome.route->name == route.name) return;
      if (!winner.empty()) continue;
      winner = outcome.route != nullptr ? "the route " + in_quotes(outcome.route->name)
               : outcome.answer == Preview::Answer::Operators ? "the operators' pages"
               : outcome.answer == Preview::Answer::OwnPage
                   ? "the proxy's own page " + outcome.detail
                   : "a refusal";
    }
  }
  add(found, Weight::Warning, "unreachable_route", route.location,
      "no request reaches " + in_quotes(route.name) + ": " + winner +
          " always comes first; take one of them out, or give them different paths");
}

void look_whether_it_splits_writes(const Route& route, std::vector<Finding>& found) {
  if (route.declared_effect != Effect::Read) return;
  std::string unsafe;
  for (const std::string& method : methods_of(route)) {
    if (http::is_safe_method(method)) continue;
    if (route.methods.is_any()) {
      unsafe = "methods that write";
      break;
    }
    unsafe += (unsafe.empty() ? "" : ", ") + method;
  }
  if (unsafe.empty()) return;
  add(found, Weight::Warning, "writes_by_percentage", route.location,
      in_quotes(route.name) + " is declared a read and takes " + unsafe +
          ": in a canary some users' writes go to the old side and others' to the new one. If "
          "they change anything, leave effect out, and writes move as a whole");
}

void look_at_what_stays_below(const Configuration& configuration, const Route& route,
                              std::vector<Finding>& found) {
  if (route.kind != PathKind::Prefix || route.path == "/") return;
  std::string staying;
  for (const Route& other : configuration.routes) {
    const bool below = other.path == route.path || other.path.starts_with(route.path + '/');
    if (&other == &route || !below || !other.rollout.empty()) continue;
    if (!other.methods.intersects(route.methods)) continue;
    staying += (staying.empty() ? "" : ", ") + in_quotes(other.name);
  }
  if (staying.empty()) return;
  add(found, Weight::Note, "stays_below", route.location,
      in_quotes(route.name) + " moves what is below " + route.path + ", but for " + staying +
          ", which is more exact and has no rollout: it stays where it is");
}

}  // namespace

void look_at_routes(const Preview& preview, std::vector<Finding>& found) {
  const Configuration& configuration = preview.configuration();
  for (const Route& route : configuration.routes) {
    look_whether_it_is_reached(preview, route, found);
    if (route.rollout.empty()) continue;
    if (route.legacy == route.successor && route.legacy_path == route.successor_path) {
      add(found, Weight::Warning, "same_on_both_sides", route.location,
          in_quotes(route.name) + " leads to " + route.legacy +
              " on both sides, so that its rollout moves nothing; name another upstream as its "
              "successor");
    }
    look_whether_it_splits_writes(route, found);
    look_at_what_stays_below(configuration, route, found);
  }
}

void look_at_the_rest_of_requests(const Preview& preview, std::vector<Finding>& found) {
  if (may_be_of_an_application(preview.configuration())) return;
  const auto is_routed = [&](std::string_view method) {
    return preview.request(method, "/banyan-check/no-such-path").answer == Preview::Answer::Route;
  };
  if (is_routed("GET") && is_routed("BANYAN-CHECK")) return;
  add(found, Weight::Note, "no_catch_all", {},
      "what no route is for is answered 404 (405 where the path has other methods) by the proxy; "
      "to pass all the rest on, add a route with prefix = \"/\" and methods = [\"*\"]");
}

}  // namespace banyan::cli::check
