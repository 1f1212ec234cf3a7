// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "banyan/verdict/judge.hpp"

namespace banyan::strangler {

/// What is known of the work of a rollout's module that nobody requests: verdicts of the lanes that
/// bring it events, and of its workers. No plan moves them, and they speak against one that runs.
/// Safe for concurrent use.
class WorkVerdicts {
 public:
  virtual ~WorkVerdicts() = default;

  virtual std::vector<OperationVerdict> of(std::string_view rollout) const = 0;
  /// See Judge::forgive().
  virtual void forgive(std::string_view rollout) = 0;
};

}  // namespace banyan::strangler
