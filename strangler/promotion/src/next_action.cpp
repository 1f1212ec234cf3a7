// SPDX-License-Identifier: Apache-2.0
#include "next_action.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "switch_log_text.hpp"

namespace banyan::strangler {
namespace {

/// Whether it was a plan, and no person, that has moved the writes: by the last line that the
/// switch log has of the rollout. What a person has moved, a plan does not bring home.
bool has_moved_the_writes(WalkedPlan& plan, const Rollout& rollout) {
  if (plan.document.plan.steps[plan.runner.step()].writes == Side::Local) return false;
  if (plan.moved_at != rollout.revision) {
    const auto lines = plan.parts.board.store().log(1, rollout.module);
    if (!lines || lines->empty()) return false;
    plan.moved_by_plan = is_plan(lines->front().who) && lines->front().seq == rollout.revision;
    plan.moved_at = rollout.revision;
  }
  return plan.moved_by_plan;
}

}  // namespace

PlanAction next_action(WalkedPlan& plan, const Rollout& rollout,
                       const std::vector<OperationVerdict>& verdicts,
                       const Result<bool>& has_seat) {
  PlanRunner::Situation situation{rollout.traffic};
  if (rollout.traffic.writes == Side::Remote) {
    if (!has_moved_the_writes(plan, rollout)) {
      return plan.runner.complete("somebody has moved it: its writes are on the new side");
    }
    const bool in_question =
        plan.tripped || std::ranges::find(verdicts, Judgement::Worse,
                                          &OperationVerdict::judgement) != verdicts.end();
    if (in_question) situation.writes_stay = plan.parts.board.why_writes_stay(rollout.module);
  }
  if (plan.tripped) return plan.runner.trip(plan.tripped->text(), situation);
  if (has_seat && *has_seat) return plan.runner.tick(situation, verdicts);
  if (auto back = plan.runner.leave_if_worse(situation, verdicts)) return *std::move(back);
  if (!has_seat) return {PlanAction::Kind::Nothing, Traffic{}, has_seat.error().message};
  const bool goes_forward = plan.runner.state() == PlanState::Running;
  return {PlanAction::Kind::Nothing, Traffic{},
          goes_forward
              ? "another process takes it forward, and has seen other requests than this one"
              : plan.runner.reason()};
}

Result<Change> carry_out(WalkedPlan& plan, const PlanAction& action, const Traffic& now,
                         const std::vector<OperationVerdict>& verdicts) {
  PlanDocument next = plan.document;
  next.mark = plan.runner.mark();
  // Brought back by somebody's order and not by a verdict, along the steps or at once.
  if (next.mark.state == PlanState::RolledBack &&
      plan.document.mark.state == PlanState::Returning && next.mark.reason == next.why) {
    next.mark.state = PlanState::Aborted;
  }
  if (next.mark.step != plan.document.mark.step ||
      next.mark.arrived != plan.document.mark.arrived ||
      next.mark.state != plan.document.mark.state) {
    next.since = plan.parts.clock.now();
  }
  const bool more = action.shifts() && gives_more(now, action.to);
  bool wrote = false;
  auto change = plan.parts.board.walk(
      plan.module, {.more = more, .asked = true},
      {plan_of(plan.document.who), line_of(action.reason), evidence_of(verdicts, plan.tripped)},
      [&](const Traffic& before, StoredPlan& stored) -> Result<Traffic> {
        const bool others = before.writes != now.writes || (more && before.reads != now.reads);
        if (stored.version != plan.version || (action.shifts() && others)) {
          return fail(
              ErrorCode::Conflict, "banyan.plan_changed",
              "somebody has changed the plan or the traffic of " + plan.module + " meanwhile");
        }
        std::string text = to_text(next);
        wrote = text != stored.document;
        stored.document = std::move(text);
        if (!action.shifts()) return before;
        return action.to;
      });
  if (!change) return change;
  plan.document = std::move(next);
  if (wrote) ++plan.version;
  return change;
}

}  // namespace banyan::strangler
