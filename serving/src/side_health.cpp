// SPDX-License-Identifier: Apache-2.0
#include "side_health.hpp"

#include "banyan/serving/metrics.hpp"

namespace banyan::serving {

// The counters of CallStatistics are the books.
void SideWindow::record(bool failed, std::chrono::nanoseconds took, SteadyTime known) {
  seconds_.add(known, {1, failed ? 1U : 0U, static_cast<std::uint64_t>(took.count())});
}

SideWindow::Reading SideWindow::read(SteadyTime now) const {
  const auto [requests, failures, nanos] = seconds_.read(now);
  Reading reading{.requests = requests, .failures = failures};
  if (requests > 0) {
    reading.mean_seconds = static_cast<double>(nanos) / 1e9 / static_cast<double>(requests);
  }
  return reading;
}

SideWindow& SideHealth::window(std::string_view rollout, Side side) {
  const std::lock_guard lock(mutex_);
  Kept& kept = windows_[{std::string(rollout), side}];
  kept.shown = true;
  return kept.window;
}

void SideHealth::forget_if(const std::function<bool(std::string_view rollout)>& gone) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, kept] : windows_) {
    if (gone(key.first)) kept.shown = false;
  }
}

std::vector<SideHealth::Row> SideHealth::read(SteadyTime now) const {
  std::vector<Row> rows;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, kept] : windows_) {
    if (kept.shown) rows.push_back({key.first, key.second, kept.window.read(now)});
  }
  return rows;
}

std::vector<telemetry::Sample> samples(const SideHealth& sides, SteadyTime now) {
  std::vector<telemetry::Sample> all;
  const auto rows = sides.read(now);
  for (const SideHealth::Row& row : rows) {
    const auto add = [&](const telemetry::Metric& of, double value) {
      all.push_back({of, {row.rollout, std::string(to_string(row.side))}, value});
    };
    add(metric("banyan_rollout_recent_requests"), static_cast<double>(row.recent.requests));
    add(metric("banyan_rollout_recent_failures"), static_cast<double>(row.recent.failures));
    add(metric("banyan_rollout_recent_mean_duration_seconds"), row.recent.mean_seconds);
  }
  return all;
}

}  // namespace banyan::serving
