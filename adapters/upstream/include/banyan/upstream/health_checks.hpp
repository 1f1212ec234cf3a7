// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/endpoint.hpp"
#include "banyan/http/fields.hpp"
#include "banyan/http/loop.hpp"
#include "banyan/http/tls.hpp"
#include "banyan/upstream/group.hpp"

namespace banyan::upstream {

/// Statuses from one to another, both included.
struct StatusRange {
  unsigned from = 200;
  unsigned to = 399;
  friend bool operator==(const StatusRange&, const StatusRange&) = default;
};

/// How an instance is asked how it is.
struct HealthCheckPlan {
  std::string path = "/health/ready";
  std::string host;                     ///< for the Host field; "" is the instance's own address
  http::Fields headers;                 ///< besides Host and User-Agent, which they may replace
  std::vector<StatusRange> expect{{}};  ///< what counts as a pass
  std::chrono::milliseconds every{5'000};
  std::chrono::milliseconds timeout{1'000};
  std::uint32_t healthy_after = 2;       ///< passes in a row
  std::uint32_t unhealthy_after = 3;     ///< failures in a row
  std::shared_ptr<http::TlsClient> tls;  ///< null: as the group's connections
};

/// Asks the instances of groups, each for itself, on a loop of its own and each time on a new
/// connection, so that an instance which takes no connections is found out. The first question
/// comes at once, the others at intervals that vary a little, so that many proxies do not ask in
/// step. Until an instance has failed often enough it counts as healthy.
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

  /// Asks for as long as the handle lives, or until somebody else watches the same instance. What
  /// is known of an instance that was watched before counts on. Any thread; the handle may outlive
  /// this.
  [[nodiscard]] std::shared_ptr<void> watch(const std::shared_ptr<Group>& group,
                                            const HealthCheckPlan& plan);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
  http::Loops loops_;
};

}  // namespace banyan::upstream
