// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "assembly.hpp"
#include "host/application.hpp"
#include "kernel/clock.hpp"
#include "sql/database.hpp"
#include "stages/control_store.hpp"
#include "stages/stages.hpp"
#include "telemetry/metrics.hpp"

namespace banyan::host {

/// What the dashboard draws: modules, where each runs, its operations with cumulative counters, and
/// the newest lines of the switch log.
class LiveView {
 public:
  struct Parts {
    const Application& application;
    const Assembly& assembly;
    const sql::Database& database;
    const telemetry::Metrics& metrics;
    const strangler::Stages* stages;  ///< null without a control store
    strangler::ControlStore* store;   ///< the same
    SteadyTime started;
  };
  explicit LiveView(const Parts& parts) : parts_(parts) {}

  /// Safe for concurrent use.
  std::string json() const;

 private:
  Parts parts_;
};

}  // namespace banyan::host
