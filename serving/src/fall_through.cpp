// SPDX-License-Identifier: Apache-2.0
#include "fall_through.hpp"

#include "banyan/serving/metrics.hpp"

#include "route_snapshot.hpp"

namespace banyan::serving {

void FallThrough::count(const Target& missed, Timestamp now) {
  const std::lock_guard lock(mutex_);
  Counted& counted = counts_[{missed.route.rollout, std::string(missed.statistics_name())}];
  ++counted.count;
  counted.last = now;
}

std::uint64_t FallThrough::of(std::string_view rollout) const {
  std::uint64_t sum = 0;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, counted] : counts_) {
    if (key.first == rollout) sum += counted.count;
  }
  return sum;
}

std::vector<FallThrough::Count> FallThrough::counts() const {
  std::vector<Count> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, counted] : counts_) {
    all.push_back({key.first, key.second, counted.count, counted.last});
  }
  return all;
}

void FallThrough::forget_if(
    const std::function<bool(std::string_view rollout, std::string_view route)>& gone) {
  const std::lock_guard lock(mutex_);
  std::erase_if(counts_,
                [&](const auto& each) { return gone(each.first.first, each.first.second); });
}

std::vector<telemetry::Sample> FallThrough::samples() const {
  std::vector<telemetry::Sample> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, counted] : counts_) {
    all.push_back({metric("banyan_route_near_misses_total"),
                   {key.first, key.second},
                   static_cast<double>(counted.count)});
  }
  return all;
}

}  // namespace banyan::serving
