// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "forwarding/instance_group.hpp"
#include "http/endpoint.hpp"
#include "http/loop.hpp"
#include "http/tls.hpp"

namespace banyan::strangler {

/// How an instance is asked how it is.
struct HealthCheckPlan {
  std::string path = "/health/ready";
  std::string host;  ///< for the Host field; "" is the instance's own address
  std::chrono::milliseconds every{5'000};
  std::chrono::milliseconds timeout{1'000};
  std::uint32_t healthy_after = 2;       ///< passes in a row
  std::uint32_t unhealthy_after = 3;     ///< failures in a row
  std::shared_ptr<http::TlsClient> tls;  ///< null: plain HTTP
};

/// An instance is taken for well, or no longer.
struct HealthChange {
  const std::string& group;
  const http::Endpoint& instance;
  bool passing = false;
  std::string why;  ///< what the last check found
};

/// Asks the instances of groups, each for itself, on a loop of its own and each time on a new
/// connection, so that an instance which takes no connections is found out. The first question
/// comes at once, the others at intervals that vary a little, so that many proxies do not ask in
/// step. Until an instance has failed often enough it counts as well.
class HealthChecks {
 public:
  /// `changed` comes on the loop of the checks; so does `on_fault`, with what it or a check has
  /// thrown, for the log. The checks go on.
  explicit HealthChecks(std::function<void(const HealthChange&)> changed = {},
                        std::function<void(std::string_view what)> on_fault = {});
  /// Ends all checks.
  ~HealthChecks();
  HealthChecks(const HealthChecks&) = delete;
  HealthChecks& operator=(const HealthChecks&) = delete;

  /// Asks for as long as the handle lives. Any thread; the handle may outlive this.
  [[nodiscard]] std::shared_ptr<void> watch(const std::shared_ptr<InstanceGroup>& group,
                                            const HealthCheckPlan& plan);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
  http::Loops loops_;
};

}  // namespace banyan::strangler
