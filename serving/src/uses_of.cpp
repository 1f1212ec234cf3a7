// SPDX-License-Identifier: Apache-2.0
#include "uses_of.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace banyan::serving {

std::vector<retirement::UseCount> uses_of(const telemetry::Metrics& metrics,
                                          const FallThrough& fall_through) {
  std::vector<retirement::UseCount> all;
  for (const auto& row : metrics.requests.read()) {
    // What had no room of its own may have been the old side's.
    const bool folded = row.key.way == "other";
    if (!folded && row.key.way != "local" && row.key.way != "remote") continue;
    all.push_back({{row.key.module, row.key.operation, folded ? "local" : row.key.way, "request"},
                   row.latency.count,
                   row.last_over});
  }
  // More than one binding runs a call here.
  std::map<retirement::UseKey, retirement::UseCount> calls;
  for (const auto& row : metrics.calls.read()) {
    const std::string side = row.key.way == "remote" ? "remote" : "local";
    const retirement::UseKey key{row.key.module, row.key.operation, side, "call"};
    retirement::UseCount& sum = calls[key];
    sum.key = key;
    sum.count += row.latency.count;
    sum.last = std::max(sum.last, row.last_over);
  }
  for (const auto& [key, call] : calls) all.push_back(call);
  for (const auto& [rollout, route, count, last] : fall_through.counts()) {
    all.push_back({{rollout, route, "local", "misspelled"}, count, last});
  }
  return all;
}

}  // namespace banyan::serving
