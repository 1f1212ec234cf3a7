// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// What would bring the traffic of a rollout back that a plan gave its new side now: answers that
/// were compared since `begin`, and of which more differ than a plan lets, by operation, with the
/// figures; a sentence without its end. Nothing where nothing was compared, or where it may be
/// chance.
std::optional<std::string> known_differences(std::string_view rollout,
                                             const std::vector<JudgedOperation>& operations,
                                             TrafficEvidence& evidence, const JudgeRules& rules,
                                             Timestamp begin);

}  // namespace banyan::strangler
