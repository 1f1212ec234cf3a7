// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "banyan/http/client.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/telemetry/health.hpp"

namespace banyan::host {

/// Asks another process every second whether it is there, so that readiness can say so without
/// waiting for it.
class DependencyProbe {
 public:
  /// `tls`: as it is called; null: plain HTTP. The scheduler must outlive the probe.
  DependencyProbe(std::string name, const http::Endpoint& endpoint,
                  std::shared_ptr<http::TlsClient> tls, Scheduler& scheduler);

  telemetry::Health::Finding finding() const;

 private:
  void ask();

  std::string name_;
  const std::unique_ptr<http::Client> client_;
  mutable std::mutex mutex_;
  telemetry::Health::Finding finding_;
  std::unique_ptr<Scheduler::Handle> handle_;  // last: ends the asking first
};

}  // namespace banyan::host
