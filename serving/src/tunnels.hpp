// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/control/admin_api.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/operation.hpp"
#include "banyan/kernel/routing.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

/// A connection that has switched protocols: a WebSocket. It stays on the side where it began,
/// however the traffic moves.
struct Tunnel {
  std::string rollout;  ///< "" when there is one side only
  std::string route;
  Effect effect = Effect::Read;
  Side side = Side::Local;
  bool forced = false;         ///< a tester has chosen the side
  std::string stickiness_key;  ///< what its user is known by
};

/// The tunnels that live, so that nobody takes a side for empty while they do. A tunnel is called
/// pinned while its user's requests would go to the other side now; a tester's, while the writes
/// are on the new side and it is on the old one. Safe for concurrent use.
class Tunnels {
 public:
  /// `pinned_time`: a tunnel that has been pinned without a break for so long, or for a part of it
  /// from a half on, at random, so that not all come back at the same moment, is ended. 0: never.
  /// `routing` must outlive the tunnels.
  Tunnels(const RoutingTable& routing, std::chrono::milliseconds pinned_time);
  ~Tunnels();
  Tunnels(const Tunnels&) = delete;
  Tunnels& operator=(const Tunnels&) = delete;

  /// On the loop: counts the tunnel as long as somebody keeps what this returns. `end` is called on
  /// the loop when it has been pinned for too long.
  std::shared_ptr<void> open(Tunnel tunnel, http::Loop& loop, std::function<void()> end);

  struct Count {
    std::string rollout;
    std::string route;
    Side side = Side::Local;
    std::uint64_t opened = 0;  ///< since the start
    std::uint64_t live = 0;
    std::uint64_t pinned = 0;  ///< of these
  };
  /// Of all routes that had one; sorted.
  std::vector<Count> counts() const;
  /// Takes away the rows of routes of which `gone` says so, and which have none now.
  void forget_if(const std::function<bool(std::string_view rollout, std::string_view route)>& gone);
  /// Of all routes of a rollout together.
  strangler::TunnelCounts of(std::string_view rollout) const;

 private:
  struct Live;
  struct Book;
  std::shared_ptr<Book> book_;
};

/// banyan_tunnels, banyan_tunnels_pinned and banyan_tunnels_opened_total by route and side.
std::vector<telemetry::Sample> samples(const Tunnels& tunnels);

}  // namespace banyan::serving
