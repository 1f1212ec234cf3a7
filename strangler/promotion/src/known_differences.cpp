// SPDX-License-Identifier: Apache-2.0
#include "known_differences.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "banyan/statistics/exact_test.hpp"

namespace banyan::strangler {
namespace {

constexpr std::size_t kMostTold = 5;

/// As small a chance as a verdict asks for, of one measure of one operation.
double chance(const JudgeRules& rules, std::size_t operations) {
  return rules.false_alarms / static_cast<double>(std::max<std::size_t>(1, operations) * kMeasures);
}

}  // namespace

std::optional<std::string> known_differences(std::string_view rollout,
                                             const std::vector<JudgedOperation>& operations,
                                             TrafficEvidence& evidence, const JudgeRules& rules,
                                             Timestamp begin) {
  std::string figures;
  std::size_t differing = 0;
  for (const JudgedOperation& each : operations) {
    const statistics::Tally tally = evidence.of(rollout, each.name).pairs().since(begin);
    if (statistics::binomial_more(tally, rules.differing) > chance(rules, operations.size())) {
      continue;
    }
    if (++differing > kMostTold) continue;
    figures += (figures.empty() ? "" : ", ") + each.name + ' ' + std::to_string(tally.hits) +
               " of the last " + std::to_string(tally.of);
  }
  if (differing == 0) return std::nullopt;
  if (differing > kMostTold) {
    figures += " and " + std::to_string(differing - kMostTold) + " operations more";
  }
  return "the new side of " + std::string(rollout) +
         " answers otherwise than the old one, by the copies compared: " + figures +
         ", where a plan lets one of " + std::to_string(std::llround(1 / rules.differing)) +
         " differ";
}

}  // namespace banyan::strangler
