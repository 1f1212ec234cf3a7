// SPDX-License-Identifier: Apache-2.0
#include "routing/live_routes.hpp"

#include <utility>

namespace banyan::strangler {

namespace {

using Loaded = std::expected<std::shared_ptr<const Routing>, std::vector<FileProblem>>;

Loaded load(const std::string& file, std::uint64_t generation) {
  auto configuration = read_configuration(file);
  if (!configuration) return std::unexpected(std::move(configuration.error()));
  auto table = RouteTable::build(configuration->routes);
  if (!table) {
    std::vector<FileProblem> problems;
    for (RouteProblem& each : table.error()) {
      problems.push_back({file, configuration->routes[each.route].place, std::move(each.message)});
    }
    return std::unexpected(std::move(problems));
  }
  return std::make_shared<const Routing>(
      Routing{std::move(*configuration), std::move(*table), generation});
}

}  // namespace

Loaded load_routing(const std::string& file) { return load(file, 1); }

LiveRoutes::LiveRoutes(std::string file, std::shared_ptr<const Routing> first)
    : file_(std::move(file)), current_(std::move(first)) {}

std::shared_ptr<const Routing> LiveRoutes::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

Loaded LiveRoutes::reload(const Check& check) {
  const std::lock_guard one_at_a_time(reloading_);
  Loaded fresh = load(file_, current()->generation + 1);
  if (!fresh) return fresh;
  if (auto problems = check ? check(**fresh) : std::vector<FileProblem>(); !problems.empty()) {
    return std::unexpected(std::move(problems));
  }
  const std::lock_guard lock(mutex_);
  current_ = *fresh;
  return fresh;
}

}  // namespace banyan::strangler
