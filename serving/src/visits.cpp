// SPDX-License-Identifier: Apache-2.0
#include "visits.hpp"

#include <utility>

#include "banyan/serving/metrics.hpp"

namespace banyan::serving {
namespace {

constexpr std::array<std::pair<VisitResult, const char*>, 3> kResults{
    {{VisitResult::GoesOn, "goes_on"},
     {VisitResult::Begun, "begun"},
     {VisitResult::NotKept, "not_kept"}}};

}  // namespace

std::vector<telemetry::Sample> Visits::samples() const {
  std::vector<telemetry::Sample> all;
  std::uint64_t sum = 0;
  for (const auto& [result, text] : kResults) {
    const std::uint64_t times = counts_[static_cast<std::size_t>(result)].load();
    sum += times;
    all.push_back({metric("banyan_visits_total"), {text}, static_cast<double>(times)});
  }
  if (sum == 0) all.clear();
  return all;
}

}  // namespace banyan::serving
