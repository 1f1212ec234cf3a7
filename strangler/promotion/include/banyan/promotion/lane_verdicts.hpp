// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// What is known of the events that the module of a rollout hears of: verdicts of lanes, which no
/// plan moves, and which speak against one that runs. Safe for concurrent use.
class LaneVerdicts {
 public:
  virtual ~LaneVerdicts() = default;

  virtual std::vector<OperationVerdict> of(std::string_view rollout) const = 0;
  /// See Judge::forgive().
  virtual void forgive(std::string_view rollout) = 0;
};

}  // namespace banyan::strangler
