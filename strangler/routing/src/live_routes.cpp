// SPDX-License-Identifier: Apache-2.0
#include "banyan/routing/live_routes.hpp"

#include <utility>

namespace banyan::strangler {

namespace {

using Loaded = std::expected<std::shared_ptr<const Routing>, std::vector<FileProblem>>;

Loaded load(const std::string& file, const Overlay& overlay, std::uint64_t generation) {
  auto configuration = read_configuration(file);
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  if (overlay) overlay(*configuration);
  const auto table = RouteTable::build(configuration->routes);
  if (!table) {
    std::vector<FileProblem> problems;
    for (const http::PathProblem& each : table.error()) {
      problems.push_back({file, configuration->routes[each.entry].location, each.message});
    }
    return std::unexpected(std::move(problems));
  }
  return std::make_shared<const Routing>(Routing{std::move(*configuration), generation});
}

}  // namespace

Loaded load_routing(const std::string& file, const Overlay& overlay) {
  return load(file, overlay, 1);
}

LiveRoutes::LiveRoutes(std::string file, std::shared_ptr<const Routing> first, Overlay overlay)
    : file_(std::move(file)), overlay_(std::move(overlay)), current_(std::move(first)) {}

std::shared_ptr<const Routing> LiveRoutes::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Loaded LiveRoutes::reload(const Check& check) {
  const std::lock_guard one_at_a_time(reloading_);
  Loaded fresh = load(file_, overlay_, current()->generation + 1);
  if (!fresh) return fresh;
  if (auto problems = check ? check(*fresh) : std::vector<FileProblem>(); !problems.empty()) {
    return std::unexpected(std::move(problems));
  }
  const std::lock_guard lock(mutex_);
  current_ = *fresh;
  return fresh;
}

}  // namespace banyan::strangler
