// SPDX-License-Identifier: Apache-2.0
#include "banyan/serving/server.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "operators_token.hpp"
#include "server_inside.hpp"

namespace banyan::serving {
namespace {

using strangler::FileProblem;

}  // namespace

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Server::~Server() { drain(std::chrono::milliseconds{0}); }

std::expected<std::unique_ptr<Server>, std::vector<FileProblem>> Server::make(Parts parts) {
  const auto material = read_tls_material(parts.routing->configuration, parts.settings.config_file);
  if (!material) return std::unexpected(material.error().problems);
  auto inside = std::make_unique<Inside>(std::move(parts), *material);
  auto token = read_operators_token(inside->started_with, inside->parts.settings.config_file);
  if (!token) return std::unexpected(std::vector{std::move(token.error())});
  inside->guard.use(std::move(*token));
  if (auto left = inside->left_behind(inside->started_with, nullptr); !left.empty()) {
    return std::unexpected(std::move(left));
  }
  auto first = inside->snapshot(inside->parts.routing, *material, nullptr);
  if (!first) return std::unexpected(std::move(first.error()));
  (*first)->begin(*material, inside->checks);
  inside->routes.emplace(
      std::make_unique<const std::shared_ptr<const RouteSnapshot>>(std::move(*first)));
  inside->tell();
  return std::unique_ptr<Server>(new Server(std::move(inside)));
}

void Server::reopen_logs() {
  inside_->log().reopen();
  if (inside_->access_log) inside_->access_log->reopen();
}

std::size_t Server::drain(std::chrono::milliseconds deadline) {
  stop_being_ready();
  // Whoever follows takes rollouts on, at once; this process sees its last requests only.
  if (inside_->parts.control != nullptr) inside_->parts.control->stop_conducting();
  if (inside_->streams) inside_->streams->end();
  // The end of the offer waits for a successor's last word, which is no reason to begin late.
  if (!taken()) inside_->offer.reset();
  if (!inside_->server) return 0;
  const SteadyTime until = inside_->parts.clock.steady() + deadline;
  const auto spread = std::min(inside_->started_with.limits.drain_spread, deadline / 2);
  if (spread.count() > 0) inside_->server->wind_down(spread);
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - inside_->parts.clock.steady());
  const std::size_t cut = inside_->server->drain(std::max(left, std::chrono::milliseconds{0}));
  // What answers here ends after this.
  if (inside_->shadows) inside_->shadows->end();
  if (inside_->parts.control != nullptr) inside_->parts.control->stop_recording();
  inside_->offer.reset();
  return cut;
}

std::size_t Server::drain() { return drain(inside_->started_with.limits.drain_time); }

}  // namespace banyan::serving
