// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/route_table.hpp"

#include <utility>

namespace banyan::strangler {

Effect Route::effect_for(std::string_view method) const {
  if (declared_effect) return *declared_effect;
  return http::is_safe_method(method) ? Effect::Read : Effect::Write;
}

std::string_view effect_text(const Route& route) {
  return route.declared_effect ? to_string(*route.declared_effect) : "by method";
}

Route route_of(const OperationRoute& operation) {
  Route route;
  route.name = std::string(operation.module) + '.' + std::string(operation.operation);
  route.methods.add(operation.method);
  route.path = operation.path;
  route.declared_effect = operation.effect;
  route.rollout = operation.module;
  route.module = operation.module;
  route.operation = operation.operation;
  route.irregular_paths = IrregularPaths::Refuse;
  return route;
}

http::PathEntry path_entry(const Route& route) {
  return {.name = route.name,
          .methods = route.methods,
          .kind = route.kind,
          .path = route.path,
          .irregular_paths = route.irregular_paths,
          .ignore_case = route.ignore_case,
          .ignore_last_slash = route.ignore_last_slash,
          .watched = !route.rollout.empty()};
}

std::expected<RouteTable, std::vector<http::PathProblem>> RouteTable::build(
    std::vector<Route> routes) {
  std::vector<http::PathEntry> entries;
  entries.reserve(routes.size());
  for (const Route& route : routes) entries.push_back(path_entry(route));
  auto paths = http::PathTable::build(std::move(entries));
  if (!paths) return std::unexpected(std::move(paths.error()));
  return RouteTable(std::move(routes), std::move(*paths));
}

RouteTable::RouteTable(std::vector<Route> routes, http::PathTable paths)
    : routes_(std::move(routes)), paths_(std::move(paths)) {}

RouteMatch RouteTable::match(std::string_view method, std::string_view target) const {
  const http::PathMatch match = paths_.match(method, target);
  const auto route = [&](std::size_t entry) {
    return entry == http::PathMatch::kNone ? nullptr : &routes_[entry];
  };
  return {route(match.entry), match.fault, match.allowed, route(match.beside)};
}

}  // namespace banyan::strangler
