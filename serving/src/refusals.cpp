// SPDX-License-Identifier: Apache-2.0
#include "refusals.hpp"

#include "banyan/serving/metrics.hpp"

namespace banyan::serving {

void Refusals::count(const http::Refusal& refusal) {
  const std::lock_guard lock(mutex_);
  ++counts_[{refusal.status, refusal.name}];
}

std::vector<telemetry::Sample> Refusals::samples() const {
  std::vector<telemetry::Sample> all;
  const std::lock_guard lock(mutex_);
  all.reserve(counts_.size());
  for (const auto& [refusal, count] : counts_) {
    all.push_back({metric("banyan_http_requests_refused_total"),
                   {std::to_string(refusal.first), refusal.second},
                   static_cast<double>(count)});
  }
  return all;
}

}  // namespace banyan::serving
