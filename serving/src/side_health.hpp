// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/serving/recent_seconds.hpp"
#include "banyan/telemetry/metrics.hpp"

namespace banyan::serving {

/// How one side of a rollout has done lately. Recording takes no lock. Safe for concurrent use.
class SideWindow {
 public:
  /// `known`: when it was known how the side did, which is not when the request came: a side that
  /// hangs is one that fails now.
  void record(bool failed, std::chrono::nanoseconds took, SteadyTime known);

  struct Reading {
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
    double mean_seconds = 0;  ///< 0 without requests
  };
  /// Over the last ten seconds before `now`.
  Reading read(SteadyTime now) const;

 private:
  RecentSeconds<3> seconds_;  ///< requests, failures, nanoseconds
};

/// The windows of both sides of every rollout: old beside new in the same seconds, which is what
/// a promotion compares. Safe for concurrent use.
class SideHealth {
 public:
  SideWindow& window(std::string_view rollout, Side side);
  /// Takes rollouts of which `gone` says so out of what is read, until somebody asks for their
  /// window again. The windows stay: requests that are under way record in them.
  void forget_if(const std::function<bool(std::string_view rollout)>& gone);

  struct Row {
    std::string rollout;
    Side side = Side::Local;
    SideWindow::Reading recent;
  };
  std::vector<Row> read(SteadyTime now) const;

 private:
  mutable std::mutex mutex_;
  struct Kept {
    SideWindow window;
    bool shown = true;
  };
  std::map<std::pair<std::string, Side>, Kept> windows_;
};

/// banyan_rollout_recent_requests, …_failures and …_mean_seconds, by rollout and side.
std::vector<telemetry::Sample> samples(const SideHealth& sides, SteadyTime now);

}  // namespace banyan::serving
