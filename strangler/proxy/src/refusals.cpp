// SPDX-License-Identifier: Apache-2.0
#include "refusals.hpp"

namespace banyan::strangler {

void Refusals::count(const http::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  ++counts_[{refusal.status, refusal.name}];
}

std::vector<telemetry::Gauge> Refusals::gauges() const {
  std::vector<telemetry::Gauge> all;
  const std::lock_guard lock(mutex_);
  all.reserve(counts_.size());
  for (const auto& [refusal, count] : counts_) {
    all.push_back({"banyan_requests_refused_total",
                   "requests that are malformed, beyond a limit, or too slow",
                   {{"status", std::to_string(refusal.first)}, {"reason", refusal.second}},
                   static_cast<double>(count),
                   true});
  }
  return all;
}

}  // namespace banyan::strangler
