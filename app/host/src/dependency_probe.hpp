// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/client.hpp"
#include "kernel/executor.hpp"
#include "telemetry/health.hpp"

namespace banyan::host {

/// Asks another process every second whether it is there, so that readiness can say so without
/// waiting for it.
class DependencyProbe {
 public:
  /// The scheduler must outlive the probe.
  DependencyProbe(std::string name, http::Endpoint endpoint, Scheduler& scheduler);

  telemetry::Health::Finding finding() const;

 private:
  void ask();

  std::string name_;
  http::Client client_;
  mutable std::mutex mutex_;
  telemetry::Health::Finding finding_;
  std::unique_ptr<Scheduler::Handle> handle_;  // last: ends the asking first
};

}  // namespace banyan::host
