// SPDX-License-Identifier: Apache-2.0
#include "ways.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "comments.hpp"

namespace banyan::strangler {
namespace {

std::string word_of(std::string_view name) {
  std::string word(name);
  std::ranges::replace(word, '-', '_');
  return word;
}

template <class Taken>
std::string free_word(std::string word, const Taken& taken) {
  if (!taken(word)) return word;
  for (std::size_t number = 2;; ++number) {
    std::string next = word + '_' + std::to_string(number);
    if (!taken(next)) return next;
  }
}

/// The path with its parameters without names: two routes with the same are at one place.
std::string place_of(const Route& route) {
  std::string place(route.kind == PathKind::Prefix ? "prefix " : "path ");
  bool inside = false;
  for (const char c : route.path) {
    if (c == '}') inside = false;
    if (!inside) place += c;
    if (c == '{') inside = true;
  }
  return place;
}

class WayMaker {
 public:
  explicit WayMaker(const TableToExport& table) : table_(table) {}

  Ways make() && {
    const std::vector<Route>& routes = table_.configuration.routes;
    std::vector<http::PathEntry> entries;
    entries.reserve(routes.size());
    for (const Route& each : routes) entries.push_back(path_entry(each));
    const auto paths = http::PathTable::build(std::move(entries));
    // Who read the configuration has built it before.
    if (!paths) std::abort();
    for (const std::size_t number : paths->by_precedence()) add(routes[number]);
    return std::move(made_);
  }

 private:
  void add(const Route& route) {
    std::vector<std::string> reads, writes;
    for (const std::string& method : http::known_methods()) {
      const bool named =
          route.methods.contains(method) ||
          (method == "HEAD" && route.methods.contains("GET") && !head_is_named(route));
      if (!named) continue;
      (route.effect_for(method) == Effect::Read ? reads : writes).push_back(method);
    }
    first_ = true;
    if (!route.methods.is_any()) {
      if (!reads.empty()) add_line(route, std::move(reads), Effect::Read);
      if (!writes.empty()) add_line(route, std::move(writes), Effect::Write);
    } else if (route.declared_effect) {
      add_line(route, {}, *route.declared_effect);
    } else {
      add_line(route, std::move(reads), Effect::Read);
      add_line(route, {}, Effect::Write);
    }
  }

  /// Whether a route at the same place names HEAD, for which GET then does not stand.
  bool head_is_named(const Route& route) const {
    return std::ranges::any_of(table_.configuration.routes, [&](const Route& other) {
      return !other.methods.is_any() && other.methods.contains("HEAD") &&
             place_of(other) == place_of(route);
    });
  }

  void add_line(const Route& route, std::vector<std::string> methods, Effect effect) {
    made_.lines.push_back({&route, std::move(methods), way_for(route, effect), first_});
    first_ = false;
  }

  std::size_t way_for(const Route& route, Effect effect) {
    const auto same = [&](const Way& way) {
      const Route& other = *way.route;
      return way.effect == effect && other.rollout == route.rollout &&
             other.legacy == route.legacy && other.successor == route.successor &&
             other.legacy_path == route.legacy_path &&
             other.successor_path == route.successor_path &&
             other.irregular_paths == route.irregular_paths;
    };
    const auto known = std::ranges::find_if(made_.ways, same);
    if (known != made_.ways.end()) return static_cast<std::size_t>(known - made_.ways.begin());
    Way way{.id = {}, .route = &route, .rollout = 0, .effect = effect, .share = 0};
    std::string id = "stay_" + word_of(route.legacy);
    if (way.in_rollout()) {
      way.rollout = rollout_for(route.rollout);
      const Traffic& traffic = made_.rollouts[way.rollout].traffic;
      way.share = effect == Effect::Read           ? traffic.reads.hundredths()
                  : traffic.writes == Side::Remote ? 10'000
                                                   : 0;
      id = made_.rollouts[way.rollout].word;
    }
    way.id = free_word(id + (effect == Effect::Read ? "_reads" : "_writes"),
                       [&](const std::string& word) {
                         return std::ranges::find(made_.ways, word, &Way::id) != made_.ways.end();
                       });
    made_.ways.push_back(std::move(way));
    return made_.ways.size() - 1;
  }

  std::size_t rollout_for(const std::string& name) {
    const auto known = std::ranges::find(made_.rollouts, name, &ExportedRollout::name);
    if (known != made_.rollouts.end()) {
      return static_cast<std::size_t>(known - made_.rollouts.begin());
    }
    const Rollout* const stage = table_.stages.find(name);
    const auto taken = [&](const std::string& word) {
      return std::ranges::find(made_.rollouts, word, &ExportedRollout::word) !=
             made_.rollouts.end();
    };
    made_.rollouts.push_back(
        {name, free_word(word_of(name), taken), stage != nullptr ? stage->traffic : Traffic{}});
    return made_.rollouts.size() - 1;
  }

  const TableToExport& table_;
  Ways made_;
  bool first_ = true;
};

}  // namespace

bool Ways::any_by_bucket() const { return std::ranges::any_of(ways, &Way::by_bucket); }

Ways ways_of(const TableToExport& table) { return WayMaker(table).make(); }

std::string methods_expression(const WayLine& line) {
  if (line.methods.empty()) return "[^:]+";
  if (line.methods.size() == 1) return line.methods.front();
  std::string text = "(?:";
  for (const std::string& each : line.methods) text.append(text.size() > 3 ? "|" : "").append(each);
  return text + ')';
}

std::string line_text(const WayLine& line) {
  const Route& route = *line.route;
  const std::string path = route.path + (route.kind == PathKind::Prefix ? " and below" : "");
  const std::string what = route.methods.to_string() + ' ' + path;
  return route.name == what || route.name.ends_with(route.path) ? what : route.name + ": " + what;
}

}  // namespace banyan::strangler
