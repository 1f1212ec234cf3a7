// SPDX-License-Identifier: Apache-2.0
#include "side_health.hpp"

#include "banyan/serving/metrics.hpp"

namespace banyan::serving {
namespace {

std::int64_t second_of(SteadyTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

// A second that begins anew may lose what others record in that instant: a window is a tendency,
// the counters of CallStatistics are the books. What is older than what its place holds by now is
// beyond the window anyway.
void SideWindow::record(bool failed, std::chrono::nanoseconds took, SteadyTime known) {
  const std::int64_t number = second_of(known);
  Second& second = seconds_[static_cast<std::size_t>(number) % seconds_.size()];
  std::int64_t there = second.number.load(std::memory_order_relaxed);
  while (there < number && !second.number.compare_exchange_weak(there, number)) {
  }
  if (there > number) return;
  if (there < number) {
    second.requests.store(0, std::memory_order_relaxed);
    second.failures.store(0, std::memory_order_relaxed);
    second.nanos.store(0, std::memory_order_relaxed);
  }
  second.requests.fetch_add(1, std::memory_order_relaxed);
  if (failed) second.failures.fetch_add(1, std::memory_order_relaxed);
  second.nanos.fetch_add(static_cast<std::uint64_t>(took.count()), std::memory_order_relaxed);
}

SideWindow::Reading SideWindow::read(SteadyTime now) const {
  const std::int64_t latest = second_of(now);
  Reading reading;
  std::uint64_t nanos = 0;
  for (const Second& second : seconds_) {
    const std::int64_t number = second.number.load(std::memory_order_relaxed);
    if (number > latest || number <= latest - static_cast<std::int64_t>(kSeconds)) continue;
    reading.requests += second.requests.load(std::memory_order_relaxed);
    reading.failures += second.failures.load(std::memory_order_relaxed);
    nanos += second.nanos.load(std::memory_order_relaxed);
  }
  if (reading.requests > 0) {
    reading.mean_seconds = static_cast<double>(nanos) / 1e9 / static_cast<double>(reading.requests);
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
