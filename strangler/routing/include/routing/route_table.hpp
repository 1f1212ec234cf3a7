// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/route.hpp"
#include "routing/target.hpp"

namespace banyan::strangler {

/// Why routes do not make a table, and which of them it is about.
struct RouteProblem {
  std::size_t route;  ///< index into the list that was given
  std::string message;
};

/// The answer of a table. Exactly one of `route`, `fault` and "nothing there" holds:
struct RouteMatch {
  const Route* route = nullptr;      ///< what the request is; lives as long as the table
  std::optional<TargetFault> fault;  ///< 400: the target is malformed, or the route refuses it
  MethodSet allowed;                 ///< 405 when not empty and there is no route; else 404
};

/// Routes, compiled. Immutable and safe for concurrent use; matching allocates nothing.
///
/// The most specific path wins, compared segment by segment from the left: a literal beats a
/// "{parameter}", which beats the end of a prefix; so the longest prefix wins. Among the routes
/// that fit the path, the first in this order that has the method is taken. "/albums" and
/// "/albums/" are two paths. Two routes with the same pattern and a method in common are refused.
/// An irregular path is matched as it came: %2F and "\" are data, empty segments count, "." and
/// ".." are names; what the route then says about such paths decides whether it passes.
class RouteTable {
 public:
  /// Every problem at once.
  static std::expected<RouteTable, std::vector<RouteProblem>> build(std::vector<Route> routes);
  ~RouteTable();
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;

  RouteMatch match(std::string_view method, std::string_view target) const;

  const std::vector<Route>& routes() const;

 private:
  struct Compiled;
  explicit RouteTable(std::unique_ptr<const Compiled> compiled);
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace banyan::strangler
