// SPDX-License-Identifier: Apache-2.0
#include "measure_rules.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace banyan::strangler {
namespace {

using statistics::EvidenceOfMore;

constexpr std::chrono::milliseconds kDay{86'400'000};

}  // namespace

double ticks_a_day(const JudgeRules& rules) {
  return static_cast<double>(kDay.count()) /
         static_cast<double>(std::max<std::int64_t>(1, rules.tick.count()));
}

EvidenceOfMore::Rules failure_rules(const JudgeRules& rules) {
  EvidenceOfMore::Rules failures;
  failures.blocks = ticks_a_day(rules);
  failures.without_reference = rules.failure_margin;
  return failures;
}

EvidenceOfMore::Rules difference_rules(const JudgeRules& rules) {
  EvidenceOfMore::Rules differences = failure_rules(rules);
  differences.usual = rules.differing;
  differences.without_reference = 0;
  return differences;
}

EvidenceOfMore::Rules slow_rules(const JudgeRules& rules, double quantile) {
  EvidenceOfMore::Rules slow = failure_rules(rules);
  slow.lifts = {0.05, 0.15, 0.4};
  slow.usual = 1 - quantile;
  slow.without_reference = 0.05;
  return slow;
}

}  // namespace banyan::strangler
