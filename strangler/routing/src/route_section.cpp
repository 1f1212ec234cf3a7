// SPDX-License-Identifier: Apache-2.0
#include "route_section.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "banyan/kernel/nearest.hpp"
#include "banyan/stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

std::string method_suggestion(std::string_view method) {
  const auto& known = http::known_methods();
  if (const auto meant = nearest(method, std::span<const std::string>(known))) {
    return " Did you mean \"" + std::string(*meant) + "\"?";
  }
  return " Known: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, and those of the registry such as "
         "PROPFIND; any other goes to a route with methods = [\"*\"].";
}

class RouteReader {
 public:
  RouteReader(const toml::table& table, const Configuration& configuration, FileProblems& problems)
      : section_(table, "[[routes]]", keys_of("[[routes]]"), location_of(table), problems),
        configuration_(configuration) {}

  Route read() {
    Route route;
    route.location = section_.location();
    read_path(route);
    read_methods(route);
    if (const auto name = section_.text("name")) route.name = name->text;
    if (route.name.empty()) route.name = default_name(route);
    read_effect(route);
    read_irregular_paths(route);
    route.ignore_case = configuration_.ignore_case;
    section_.flag("ignore_case", route.ignore_case);
    route.ignore_last_slash = configuration_.ignore_last_slash;
    section_.flag("ignore_last_slash", route.ignore_last_slash);
    read_upstream("legacy", route.legacy, true);
    read_upstream("successor", route.successor, false);
    read_path_change("legacy_path", route, route.legacy_path);
    read_path_change("successor_path", route, route.successor_path);
    read_rollout(route);
    section_.finish();
    return route;
  }

 private:
  static std::string default_name(const Route& route) {
    return route.methods.to_string() + ' ' + route.path +
           (route.kind == PathKind::Prefix && route.path != "/" ? "/…" : "");
  }

  void read_path(Route& route) {
    const auto path = section_.text("path");
    const auto prefix = section_.text("prefix");
    if (section_.has("path") && section_.has("prefix")) {
      section_.problem(
          section_.location("prefix"),
          "a route has either path (this path) or prefix (this path and all below it), "
          "not both");
    }
    if (!section_.has("path") && !section_.has("prefix")) {
      section_.problem(section_.location(),
                       "[[routes]] lacks path, such as path = \"/albums/{id}\", or prefix, such as "
                       "prefix = \"/albums\"");
    }
    if (path) {
      route.path = path->text;
      route.location = path->location;
    } else if (prefix) {
      route.kind = PathKind::Prefix;
      route.path = prefix->text;
      route.location = prefix->location;
    }
  }

  void read_methods(Route& route) {
    if (!section_.has("methods")) {
      section_.problem(section_.location(),
                       "[[routes]] lacks methods, such as methods = [\"GET\"], or [\"*\"] for all");
    }
    const auto methods = section_.texts("methods");
    if (!methods) return;
    for (const PlacedText& each : *methods) {
      if (each.text == "*") {
        route.methods = MethodSet::any();
      } else if (!route.methods.add(each.text)) {
        std::string upper = each.text;
        std::ranges::transform(upper, upper.begin(), [](char c) {
          return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        section_.problem(each.location,
                         "unknown method \"" + each.text + "\"." + method_suggestion(upper));
      }
    }
  }

  void read_effect(Route& route) {
    const auto effect = section_.choice("effect");
    if (effect) route.declared_effect = *effect == "read" ? Effect::Read : Effect::Write;
  }

  void read_irregular_paths(Route& route) {
    const auto rule = section_.choice("irregular_paths");
    if (rule == "pass") route.irregular_paths = IrregularPaths::Pass;
    if (rule == "refuse") route.irregular_paths = IrregularPaths::Refuse;
  }

  void read_upstream(std::string_view key, std::string& upstream, bool required) {
    const auto name = required ? section_.required_text(key) : section_.text(key);
    if (!name) return;
    upstream = name->text;
    if (configuration_.upstream(name->text) != nullptr) return;
    std::vector<std::string> known;
    known.reserve(configuration_.upstreams.size());
    for (const UpstreamGroup& each : configuration_.upstreams) known.push_back(each.name);
    section_.problem(name->location,
                     "there is no [upstreams." + name->text + "]." + suggestion(name->text, known));
  }

  void read_path_change(std::string_view key, const Route& route, PathChange& change) {
    const toml::table* table = section_.table(key);
    if (table == nullptr) return;
    Section section = section_.part(*table, std::string(key), "legacy_path, successor_path");
    for (const auto& [name, text] :
         {std::pair{"strip", &change.strip}, std::pair{"add", &change.add}}) {
      const auto given = section.text(name);
      if (!given) continue;
      *text = given->text;
      http::TargetPath path;
      const bool irregular = path.read(*text) || path.irregularity();
      if (irregular || text->ends_with('/') || text->find_first_of("?;%") != std::string::npos) {
        section.problem(given->location,
                        std::string(name) + " is \"" + *text +
                            "\", expected the first segments of a path as plain text, such as "
                            "\"/shop\"");
      } else if (text == &change.strip && !route.path.empty() && route.path != *text &&
                 !route.path.starts_with(*text + '/')) {
        section.problem(given->location, "strip is \"" + *text + "\", and the route's own path, " +
                                             route.path + ", does not begin with it");
      }
    }
    if (change == PathChange{} && !section.has("strip") && !section.has("add")) {
      section.problem(section.location(), std::string(key) +
                                              " says neither what to strip nor what "
                                              "to add");
    }
    section.finish();
    if (key == "successor_path" && !section_.has("successor")) {
      section_.problem(section_.location(key), "successor_path without a successor");
    }
  }

  void read_rollout(Route& route) {
    if (const auto name = section_.text("rollout")) {
      route.rollout = name->text;
      if (configuration_.rollout(name->text) == nullptr) {
        section_.problem(name->location,
                         "there is no [rollouts." + name->text + "]." +
                             suggestion(name->text, configuration_.rollout_names()));
      }
    }
    if (section_.has("rollout") && !section_.has("successor")) {
      section_.problem(section_.location("rollout"),
                       "a route with a rollout needs a successor: the upstream that its traffic "
                       "moves to");
    }
    if (section_.has("successor") && !section_.has("rollout")) {
      section_.problem(
          section_.location("successor"),
          "a route with a successor needs a rollout, by whose stage its traffic moves");
    }
  }

  Section section_;
  const Configuration& configuration_;
};

}  // namespace

void read_routes(const toml::array* list, Configuration& configuration, FileProblems& problems) {
  if (list == nullptr) return;
  for (const toml::node& node : *list) {
    if (const toml::table* table = node.as_table()) {
      configuration.routes.push_back(RouteReader(*table, configuration, problems).read());
    } else {
      problems.add(location_of(node), "a route is a section [[routes]], not " + kind_of(node));
    }
  }
  // A route whose path or methods were refused already is no use to the table.
  std::vector<Route> complete;
  std::ranges::copy_if(configuration.routes, std::back_inserter(complete), [](const Route& route) {
    return !route.path.empty() && !route.methods.empty();
  });
  std::vector<FileLocation> places;
  places.reserve(complete.size());
  for (const Route& route : complete) places.push_back(route.location);
  const auto table = RouteTable::build(std::move(complete));
  if (table) return;
  for (const http::PathProblem& problem : table.error()) {
    problems.add(places[problem.entry], problem.message);
  }
}

}  // namespace banyan::strangler
