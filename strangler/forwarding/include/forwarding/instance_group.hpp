// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "forwarding/health_window.hpp"
#include "http/endpoint.hpp"
#include "kernel/clock.hpp"

namespace banyan::strangler {

/// The instances of one and the same service, taken in turn. An ill one is passed over; when all
/// are ill, all are used ("panic"), because a wrong suspicion must not become an outage. Which
/// *group* a user belongs to is decided elsewhere and never by health. Safe for concurrent use.
class InstanceGroup {
 public:
  InstanceGroup(std::string name, std::vector<http::Endpoint> instances, HealthRules rules = {},
                const Clock& clock = system_clock());

  const std::string& name() const noexcept { return name_; }
  std::size_t size() const noexcept { return instances_.size(); }

  /// The next instance in turn; not `avoid` when there is another. Tell what came of it by
  /// succeeded(), failed() or forgo(), each time.
  std::size_t pick(std::optional<std::size_t> avoid = std::nullopt);
  const http::Endpoint& endpoint(std::size_t instance) const;

  void succeeded(std::size_t instance);
  void failed(std::size_t instance);
  /// The request said nothing about the instance: the client went away.
  void forgo(std::size_t instance);

  struct Status {
    http::Endpoint endpoint;
    InstanceState state = InstanceState::Healthy;
    HealthWindow::Counts last_seconds;
    std::uint64_t requests = 0;  ///< since the start
    std::uint64_t failures = 0;
  };
  std::vector<Status> status() const;
  /// Whether at least one instance is not ill.
  bool healthy() const;

 private:
  struct Instance {
    http::Endpoint endpoint;
    HealthWindow window;
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
  };

  std::string name_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  std::vector<Instance> instances_;
  std::size_t next_ = 0;
};

}  // namespace banyan::strangler
