// SPDX-License-Identifier: Apache-2.0
#include "routing/route_table.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "path_readings.hpp"
#include "pattern.hpp"

namespace banyan::strangler {

Route route_of(const OperationRoute& operation) {
  Route route;
  route.name = std::string(operation.module) + '.' + std::string(operation.operation);
  route.methods.add(operation.method);
  route.path = operation.path;
  route.effect = operation.effect;
  route.migration = operation.module;
  route.module = operation.module;
  route.operation = operation.operation;
  route.irregular_paths = IrregularPaths::Refuse;
  return route;
}

// A tree with one level for each segment. The routes that end at a node and those that cover all
// that is below it stand there by number.
struct RouteTable::Compiled {
  struct Node {
    std::vector<std::pair<std::string, std::size_t>> literals;  // sorted by text
    std::size_t parameter = 0;                                  // 0: none, for 0 is the root
    std::vector<std::size_t> ending;
    std::vector<std::size_t> covering;

    std::vector<std::size_t>& routes_of(PathKind kind) {
      return kind == PathKind::Prefix ? covering : ending;
    }
  };

  std::vector<Route> routes;
  std::vector<MethodSet> answers;  // of each route, with the HEAD that its GET stands for
  std::vector<Node> nodes{1};

  std::size_t child(std::size_t node, const Pattern::Segment& segment);
  const std::size_t* literal(const Node& node, std::string_view raw) const;
  bool search(std::size_t node, const TargetPath& path, std::size_t depth, std::string_view method,
              RouteMatch& match) const;
  bool take(const std::vector<std::size_t>& candidates, std::string_view method,
            RouteMatch& match) const;
  const Route* only_route(std::string_view method, const std::string& path) const;
  bool passes(std::string_view method, std::string_view target, const RouteMatch& match) const;
  void let_get_answer_head();
};

std::size_t RouteTable::Compiled::child(std::size_t node, const Pattern::Segment& segment) {
  const std::size_t fresh = nodes.size();
  if (segment.parameter) {
    if (nodes[node].parameter != 0) return nodes[node].parameter;
    nodes[node].parameter = fresh;
  } else {
    auto& literals = nodes[node].literals;
    const auto at = std::ranges::lower_bound(literals, segment.text, {},
                                             &std::pair<std::string, std::size_t>::first);
    if (at != literals.end() && at->first == segment.text) return at->second;
    literals.insert(at, {segment.text, fresh});
  }
  nodes.emplace_back();
  return fresh;
}

const std::size_t* RouteTable::Compiled::literal(const Node& node, std::string_view raw) const {
  std::size_t low = 0, high = node.literals.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int order = compare_segment(raw, node.literals[middle].first);
    if (order == 0) return &node.literals[middle].second;
    (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
  }
  return nullptr;
}

bool RouteTable::Compiled::take(const std::vector<std::size_t>& candidates, std::string_view method,
                                RouteMatch& match) const {
  for (const std::size_t candidate : candidates) {
    if (answers[candidate].contains(method)) {
      match.route = &routes[candidate];
      return true;
    }
    match.allowed |= answers[candidate];
  }
  return false;
}

// Visits a node at most once, since the way to it is the path itself.
bool RouteTable::Compiled::search(std::size_t number, const TargetPath& path, std::size_t depth,
                                  std::string_view method, RouteMatch& match) const {
  const Node& node = nodes[number];
  if (depth == path.size()) {
    if (take(node.ending, method, match)) return true;
  } else if (depth < TargetPath::kMaxSegments) {
    const std::string_view segment = path.segment(depth);
    if (const std::size_t* next = literal(node, segment)) {
      if (search(*next, path, depth + 1, method, match)) return true;
    }
    if (node.parameter != 0 && !segment.empty()) {
      if (search(node.parameter, path, depth + 1, method, match)) return true;
    }
  }
  return take(node.covering, method, match);
}

const Route* RouteTable::Compiled::only_route(std::string_view method,
                                              const std::string& path) const {
  RouteMatch match;
  TargetPath read;
  if (!read.read(path)) search(0, read, 0, method, match);
  return match.route;
}

bool RouteTable::Compiled::passes(std::string_view method, std::string_view target,
                                  const RouteMatch& match) const {
  const auto rule =
      match.route != nullptr ? match.route->irregular_paths : IrregularPaths::RefuseAmbiguous;
  if (rule != IrregularPaths::RefuseAmbiguous) return rule == IrregularPaths::Pass;
  return holds_for_every_reading(
      target.substr(0, target.find('?')),
      [&](const std::string& reading) { return only_route(method, reading) == match.route; });
}

void RouteTable::Compiled::let_get_answer_head() {
  MethodSet head;
  head.add("HEAD");
  for (Node& node : nodes) {
    for (const auto* together : {&node.ending, &node.covering}) {
      const bool claimed = std::ranges::any_of(
          *together, [&](std::size_t route) { return routes[route].methods.contains("HEAD"); });
      for (const std::size_t route : *together) {
        if (!claimed && answers[route].contains("GET")) answers[route] |= head;
      }
    }
  }
}

std::expected<RouteTable, std::vector<RouteProblem>> RouteTable::build(std::vector<Route> routes) {
  std::vector<RouteProblem> problems;
  auto compiled = std::make_unique<Compiled>();
  compiled->routes = std::move(routes);
  std::map<std::string_view, std::size_t> names;
  for (std::size_t i = 0; i < compiled->routes.size(); ++i) {
    const Route& route = compiled->routes[i];
    compiled->answers.push_back(route.methods);
    if (!names.emplace(route.name, i).second) {
      problems.push_back({i, "there are two routes \"" + route.name + "\"; a name names one"});
    }
    if (route.methods.empty()) {
      problems.push_back({i, "the route \"" + route.name + "\" has no method"});
    }
    const auto pattern = parse_pattern(route.kind, route.path);
    if (!pattern) {
      problems.push_back({i, "\"" + route.path + "\" is no path of a route: " + pattern.error()});
      continue;
    }
    std::size_t node = 0;
    for (const Pattern::Segment& segment : pattern->segments) node = compiled->child(node, segment);
    auto& there = compiled->nodes[node].routes_of(route.kind);
    for (const std::size_t earlier : there) {
      const Route& other = compiled->routes[earlier];
      if (!other.methods.intersects(route.methods)) continue;
      MethodSet both = route.methods;
      both.remove(MethodSet(route.methods).remove(other.methods));
      problems.push_back({i, "\"" + route.name + "\" and \"" + other.name + "\" both match " +
                                 both.to_string() + ' ' + route.path +
                                 (route.kind == PathKind::Prefix ? " and below" : "") +
                                 "; give them different methods or paths"});
      break;
    }
    there.push_back(i);
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  compiled->let_get_answer_head();
  return RouteTable(std::move(compiled));
}

RouteTable::RouteTable(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
RouteTable::~RouteTable() = default;
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;

RouteMatch RouteTable::match(std::string_view method, std::string_view target) const {
  RouteMatch match;
  TargetPath path;
  match.fault = path.read(target);
  if (match.fault) return match;
  if (compiled_->search(0, path, 0, method, match)) match.allowed = MethodSet::none();
  if (path.irregularity() && !compiled_->passes(method, target, match)) [[unlikely]] {
    match = {.fault = path.irregularity()};
  }
  return match;
}

const std::vector<Route>& RouteTable::routes() const { return compiled_->routes; }

}  // namespace banyan::strangler
