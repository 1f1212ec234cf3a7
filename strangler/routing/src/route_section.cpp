// SPDX-License-Identifier: Apache-2.0
#include "route_section.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "stages/suggestion.hpp"

namespace banyan::strangler {
namespace {

const std::vector<std::string>& known_methods() {
  static const std::vector<std::string> methods = {"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};
  return methods;
}

class RouteReader {
 public:
  RouteReader(const toml::table& table, const Configuration& configuration, FileProblems& problems)
      : section_(table, "[[routes]]", place_of(table), problems), configuration_(configuration) {}

  Route read() {
    Route route;
    route.place = section_.place();
    read_path(route);
    read_methods(route);
    if (const auto name = section_.text("name")) route.name = name->text;
    if (route.name.empty()) route.name = default_name(route);
    read_effect(route);
    read_irregular_paths(route);
    read_upstream("legacy", route.legacy, true);
    read_upstream("successor", route.successor, false);
    read_path_change("legacy_path", route, route.legacy_path);
    read_path_change("successor_path", route, route.successor_path);
    read_migration(route);
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
          section_.place("prefix"),
          "a route has either path (this path) or prefix (this path and all below it), "
          "not both");
    }
    if (!section_.has("path") && !section_.has("prefix")) {
      section_.problem(section_.place(),
                       "[[routes]] lacks path, such as path = \"/albums/{id}\", or prefix, such as "
                       "prefix = \"/albums\"");
    }
    if (path) {
      route.path = path->text;
      route.place = path->place;
    } else if (prefix) {
      route.kind = PathKind::Prefix;
      route.path = prefix->text;
      route.place = prefix->place;
    }
  }

  void read_methods(Route& route) {
    if (!section_.has("methods")) {
      section_.problem(section_.place(),
                       "[[routes]] lacks methods, such as methods = [\"GET\"], or [\"*\"] for all");
    }
    const auto methods = section_.texts("methods", R"(["GET", "HEAD"])");
    if (!methods) return;
    for (const PlacedText& each : *methods) {
      if (each.text == "*") {
        route.methods = MethodSet::any();
      } else if (!route.methods.add(each.text)) {
        std::string upper = each.text;
        std::ranges::transform(upper, upper.begin(), [](char c) {
          return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        section_.problem(each.place, "unknown method \"" + each.text + "\"." +
                                         suggestion(upper, known_methods()));
      }
    }
  }

  void read_effect(Route& route) {
    const auto effect = section_.required_text("effect", "\"read\"");
    if (!effect) return;
    if (effect->text == "write") {
      route.effect = Effect::Write;
    } else if (effect->text != "read") {
      section_.problem(effect->place,
                       "effect is \"" + effect->text +
                           "\", expected \"read\" (changes nothing, may move by percentage) or "
                           "\"write\" (moves as a whole)");
    }
  }

  void read_irregular_paths(Route& route) {
    static constexpr std::array kRules = {
        std::pair{"refuse", IrregularPaths::Refuse},
        std::pair{"refuse_ambiguous", IrregularPaths::RefuseAmbiguous},
        std::pair{"pass", IrregularPaths::Pass},
    };
    const auto given = section_.text("irregular_paths");
    if (!given) return;
    const auto* const rule =
        std::ranges::find(kRules, given->text, [](const auto& each) { return each.first; });
    if (rule != kRules.end()) {
      route.irregular_paths = rule->second;
      return;
    }
    section_.problem(given->place,
                     "irregular_paths is \"" + given->text +
                         "\", expected \"refuse\", \"refuse_ambiguous\" (only those that could "
                         "be read as the path of another route; the default) or \"pass\"." +
                         suggestion(given->text, {"refuse", "refuse_ambiguous", "pass"}));
  }

  void read_upstream(std::string_view key, std::string& upstream, bool required) {
    const auto name = required
                          ? section_.required_text(key, "\"NAME\" of a section [upstreams.NAME]")
                          : section_.text(key);
    if (!name) return;
    upstream = name->text;
    if (configuration_.upstream(name->text) != nullptr) return;
    std::vector<std::string> known;
    known.reserve(configuration_.upstreams.size());
    for (const UpstreamGroup& each : configuration_.upstreams) known.push_back(each.name);
    section_.problem(name->place,
                     "there is no [upstreams." + name->text + "]." + suggestion(name->text, known));
  }

  void read_path_change(std::string_view key, const Route& route, PathChange& change) {
    const toml::table* table = section_.table(key, R"({ strip = "/shop", add = "/v2" })");
    if (table == nullptr) return;
    Section section = section_.part(*table, std::string(key));
    for (const auto& [name, text] :
         {std::pair{"strip", &change.strip}, std::pair{"add", &change.add}}) {
      const auto given = section.text(name);
      if (!given) continue;
      *text = given->text;
      TargetPath path;
      const bool irregular = path.read(*text) || path.irregularity();
      if (irregular || text->ends_with('/') || text->find_first_of("?;%") != std::string::npos) {
        section.problem(given->place,
                        std::string(name) + " is \"" + *text +
                            "\", expected the first segments of a path as plain text, such as "
                            "\"/shop\"");
      } else if (text == &change.strip && !route.path.empty() && route.path != *text &&
                 !route.path.starts_with(*text + '/')) {
        section.problem(given->place, "strip is \"" + *text + "\", and the route's own path, " +
                                          route.path + ", does not begin with it");
      }
    }
    if (change == PathChange{} && !section.has("strip") && !section.has("add")) {
      section.problem(section.place(), std::string(key) +
                                           " says neither what to strip nor what "
                                           "to add");
    }
    section.finish();
    if (key == "successor_path" && !section_.has("successor")) {
      section_.problem(section_.place(key), "successor_path without a successor");
    }
  }

  void read_migration(Route& route) {
    if (const auto name = section_.text("migration")) {
      route.migration = name->text;
      if (configuration_.migration(name->text) == nullptr) {
        section_.problem(name->place, "there is no [migrations." + name->text + "]." +
                                          suggestion(name->text, configuration_.migration_names()));
      }
    }
    if (section_.has("migration") && !section_.has("successor")) {
      section_.problem(section_.place("migration"),
                       "a route with a migration needs a successor: the upstream that its traffic "
                       "moves to");
    }
    if (section_.has("successor") && !section_.has("migration")) {
      section_.problem(
          section_.place("successor"),
          "a route with a successor needs a migration, by whose stage its traffic moves");
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
      problems.add(place_of(node), "a route is a section [[routes]], not " + kind_of(node));
    }
  }
  // A route whose path or methods were refused already is no use to the table.
  std::vector<Route> complete;
  std::ranges::copy_if(configuration.routes, std::back_inserter(complete), [](const Route& route) {
    return !route.path.empty() && !route.methods.empty();
  });
  std::vector<Place> places;
  places.reserve(complete.size());
  for (const Route& route : complete) places.push_back(route.place);
  const auto table = RouteTable::build(std::move(complete));
  if (table) return;
  for (const RouteProblem& problem : table.error()) {
    problems.add(places[problem.route], problem.message);
  }
}

}  // namespace banyan::strangler
