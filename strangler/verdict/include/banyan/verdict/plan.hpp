// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/stages/percent.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

struct PlanStep {
  Percent share;
  std::chrono::seconds dwell{600};  ///< at least so long
  std::uint64_t samples = 1'000;    ///< of each operation, on the new side, at least
  /// Remote: the writes move, as a whole; the last step, after all of the reads.
  Side writes = Side::Local;

  Traffic traffic() const { return Traffic::of(share, writes); }
};

/// How people write a step that moves the writes; the others are shares.
inline constexpr std::string_view kWritesStep = "writes";
/// "25%", "writes": reads back as the same step.
std::string to_string(const PlanStep& step);
/// InvalidArgument "banyan.bad_percentage" says what was expected.
Result<PlanStep> plan_step_from(std::string_view text);

/// How a rollout moves by itself.
struct Plan {
  std::vector<PlanStep> steps;  ///< growing
  /// Operations that need not be better or equal, because hardly anybody asks for them; worse they
  /// may not be.
  std::vector<std::string> waived;
  /// How long each step lasts on the way back, when that is no emergency.
  std::chrono::seconds back_dwell{30};

  /// 1 % → 5 % → 25 % → 50 % → 100 %.
  static Plan usual();
  /// InvalidArgument "banyan.bad_plan": no steps, or they do not grow, or one is 0 %, or the writes
  /// move before all of the reads.
  Result<void> check() const;
  /// Why a step may not come after those that there are; nothing when it may.
  std::optional<std::string> why_not_next(const PlanStep& step) const;
  bool moves_writes() const { return !steps.empty() && steps.back().writes == Side::Remote; }
};

enum class PlanState : std::uint8_t {
  Ready,        ///< not started
  Running,      ///< goes on when it may
  Paused,       ///< stays where it is, and goes back when the new side is worse
  Returning,    ///< goes back step by step, so that the old side gets warm again
  NeedsPerson,  ///< what is worse may not come home by itself, or nobody can tell what is
  Completed,    ///< the last step was good, or somebody has moved the writes, too
  RolledBack,   ///< the new side was worse
  Aborted,      ///< somebody said so
};
std::string_view to_string(PlanState state);
std::optional<PlanState> plan_state_from(std::string_view name);

}  // namespace banyan::strangler
