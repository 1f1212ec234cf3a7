// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/serving/control_plane.hpp"
#include "chain/stations.hpp"
#include "fall_through.hpp"
#include "side_health.hpp"
#include "tunnels.hpp"

namespace banyan::serving {

/// What the dashboard draws, of whatever the process serves: modules (or rollouts) with their
/// operations and counters, upstream groups, the sides of rollouts, and the newest lines of the
/// switch log. Safe for concurrent use.
class LiveView {
 public:
  struct Parts {
    const Served& served;
    const CurrentRoutes& routes;
    const Telemetry& telemetry;
    const ControlPlane* control;  ///< null in a service
    const Tunnels& tunnels;
    const SideHealth& sides;
    const FallThrough& fall_through;
    const Clock& clock;
  };
  /// All must outlive it.
  explicit LiveView(const Parts& parts) : parts_(parts), started_(parts.clock.steady()) {}

  /// The document of /_banyan/api/live.
  std::string json() const;
  /// The document of /_banyan/api/upstreams.
  std::string upstreams() const;

 private:
  Parts parts_;
  SteadyTime started_;
};

}  // namespace banyan::serving
