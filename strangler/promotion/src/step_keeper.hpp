// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/promotion/conductor.hpp"
#include "step_progress.hpp"
#include "walked_plans.hpp"

namespace banyan::strangler {

/// What steps have come to, from one process that has the seat to the next: takes up what was left,
/// and writes down what there is. Of the thread that ticks.
class StepKeeper {
 public:
  /// The parts must outlive it.
  explicit StepKeeper(const Conductor::Parts& parts);

  /// Where somebody else was, for one who has just got the seat.
  void take_up(std::span<WalkedPlan* const> plans);
  /// At most every ProgressFile::kWrite, of one who has the seat.
  void keep_now_and_then(const WalkedPlans& plans);
  void keep(const WalkedPlans& plans);

 private:
  void take_up(WalkedPlan& plan, const ProgressFile::Kept& kept) const;
  std::string take_evidence(WalkedPlan& plan, const StepProgress& step,
                            const ProgressFile::Kept& kept) const;

  const Conductor::Parts& parts_;
  ProgressFile file_;
  SteadyTime write_at_{};
  bool kept_any_ = false;  ///< it has a step
  bool not_kept_ = false;  ///< which was told
};

}  // namespace banyan::strangler
