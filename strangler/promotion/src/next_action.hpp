// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/stages/control_store.hpp"
#include "walked_plan.hpp"

namespace banyan::strangler {

/// What a plan does about the traffic now, in a process that has the seat, or has not, or cannot
/// say. Where it is not carried out, the runner has to be put back as it was.
PlanAction next_action(WalkedPlan& plan, const Rollout& rollout,
                       const std::vector<OperationVerdict>& verdicts, const Result<bool>& has_seat);

/// Puts what the plan's runner has come to, and the traffic that `action` is about, into the
/// control store: both or neither, with a line of the switch log. Conflict "banyan.plan_changed"
/// when somebody has changed either since `now`; and what Switchboard::walk() says.
Result<Change> carry_out(WalkedPlan& plan, const PlanAction& action, const Traffic& now,
                         const std::vector<OperationVerdict>& verdicts);

}  // namespace banyan::strangler
