// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/stages/control_store.hpp"
#include "conductor_seat.hpp"
#include "inquiries.hpp"
#include "plan_views.hpp"
#include "step_keeper.hpp"
#include "trip.hpp"
#include "walked_plans.hpp"

namespace banyan::strangler {

/// What a conductor does at each tick: reads what there is, has it judged, and does what the plans
/// answer. Of the thread that ticks.
class ConductorRounds {
 public:
  /// `answered`: a new side has said whether it is fit, so that the next round should come soon;
  /// called on any thread. The parts and the views must outlive it.
  ConductorRounds(const Conductor::Parts& parts, PlanViews& views, std::function<void()> answered);

  void round(TrippedOperations& tripped);
  /// The last one is over: the seat and what steps have come to are for the next process. Waits for
  /// new sides that are being asked.
  void leave();

 private:
  struct Walked {
    WalkedPlan* plan;
    std::vector<OperationVerdict> verdicts;
  };

  bool is_new_here(const Result<bool>& has_seat);
  void take_up(std::vector<Walked>& walked);
  void walk(WalkedPlan& plan, std::vector<OperationVerdict> verdicts, const Result<bool>& has_seat);

  const Conductor::Parts& parts_;
  PlanViews& views_;
  ConductorSeat seat_;
  bool seated_ = false;  ///< at the last round
  StepKeeper keeper_;
  WalkedPlans plans_;
  Inquiries inquiries_;  // last: what it asks is there until it has ended
};

}  // namespace banyan::strangler
