// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "banyan/routing/route.hpp"

namespace banyan::strangler {

/// The answer of a table. Exactly one of `route`, `fault` and "nothing there" holds:
struct RouteMatch {
  const Route* route = nullptr;      ///< what the request is; lives as long as the table
  std::optional<TargetFault> fault;  ///< 400: the target is malformed, or the route refuses it
  MethodSet allowed;                 ///< 405 when not empty and there is no route; else 404
  /// The moving route that the request misses by its spelling only; it goes to one that is not.
  const Route* beside = nullptr;
};

/// The routes of a file, compiled by http::PathTable, which has the rules. Immutable and safe for
/// concurrent use; matching a regular path allocates nothing.
class RouteTable {
 public:
  /// Every problem at once; an entry's number is its place in `routes`.
  static std::expected<RouteTable, std::vector<http::PathProblem>> build(std::vector<Route> routes);

  RouteMatch match(std::string_view method, std::string_view target) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  RouteTable(std::vector<Route> routes, http::PathTable paths);
  std::vector<Route> routes_;
  http::PathTable paths_;
};

}  // namespace banyan::strangler
