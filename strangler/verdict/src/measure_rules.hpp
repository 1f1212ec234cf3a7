// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/statistics/evidence.hpp"
#include "banyan/verdict/judge.hpp"

/// By which bets the measures of an operation are judged.
namespace banyan::strangler {

/// Calls of Judge::add() in a day, which false alarms are about.
double ticks_a_day(const JudgeRules& rules);

statistics::EvidenceOfMore::Rules failure_rules(const JudgeRules& rules);
/// Held to a fixed share, without anything to compare with.
statistics::EvidenceOfMore::Rules difference_rules(const JudgeRules& rules);
/// Of requests beyond that quantile of what the control group took.
statistics::EvidenceOfMore::Rules slow_rules(const JudgeRules& rules, double quantile);

}  // namespace banyan::strangler
