// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

struct Target;

/// Counts the requests that pass by a moving target because they are spelled unusually
/// ("/Albums",
/// "/albums/"): they stay on the old side, and who says 100 % has to know. Safe for concurrent use.
class FallThrough {
 public:
  void count(const Target& missed, Timestamp now);
  /// Of all targets of the rollout together.
  std::uint64_t of(std::string_view rollout) const;
  struct Count {
    std::string rollout;
    std::string route;
    std::uint64_t count = 0;
    Timestamp last{};
  };
  std::vector<Count> counts() const;
  /// Takes away what was counted of targets of which `gone` says so.
  void forget_if(const std::function<bool(std::string_view rollout, std::string_view route)>& gone);
  /// banyan_route_near_misses_total, by rollout and route.
  std::vector<telemetry::Sample> samples() const;

 private:
  mutable std::mutex mutex_;
  struct Counted {
    std::uint64_t count = 0;
    Timestamp last{};
  };
  std::map<std::pair<std::string, std::string>, Counted> counts_;
};

}  // namespace banyan::serving
