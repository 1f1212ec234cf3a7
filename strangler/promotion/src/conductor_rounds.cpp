// SPDX-License-Identifier: Apache-2.0
#include "conductor_rounds.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "next_action.hpp"

namespace banyan::strangler {
namespace {

std::string text_of(const Traffic& traffic) {
  return to_string(traffic.reads) + (traffic.writes == Side::Remote ? " with the writes" : "");
}

}  // namespace

ConductorRounds::ConductorRounds(const Conductor::Parts& parts, PlanViews& views,
                                 std::function<void()> answered)
    : parts_(parts),
      views_(views),
      seat_(parts.seat),
      keeper_(parts),
      plans_(parts),
      inquiries_([this](const std::string& module) { return parts_.board.ask_new_side(module); },
                 parts.aside, parts.clock, std::move(answered)) {}

void ConductorRounds::leave() {
  // What it has come to, for the next one, who looks for it with the seat.
  plans_.leave_out_what_nobody_saw();
  if (std::exchange(seated_, false)) keeper_.keep(plans_);
  seat_.leave();  // before the wait: who follows goes on at once
  inquiries_.end();
}

/// Whether this process has just got the seat, which another one may have had before.
bool ConductorRounds::is_new_here(const Result<bool>& has_seat) {
  const bool had = std::exchange(seated_, has_seat && *has_seat);
  return seated_ && !had;
}

void ConductorRounds::take_up(std::vector<Walked>& walked) {
  std::vector<WalkedPlan*> plans;
  std::ranges::transform(walked, std::back_inserter(plans), &Walked::plan);
  keeper_.take_up(plans);
  for (Walked& each : walked) each.verdicts = each.plan->verdicts();
}

void ConductorRounds::round(TrippedOperations& tripped) {
  plans_.leave_out_what_nobody_saw();
  const auto stored = parts_.board.store().plans();
  if (!stored) return;  // who reads the stages complains about it
  std::set<std::string> moving;
  std::vector<Walked> walked;
  for (const StoredPlan& each : *stored) {
    if (WalkedPlan* const plan = plans_.of(each)) {
      moving.insert(each.module);
      plan->count();
      walked.push_back({plan, plan->verdicts()});
    }
  }
  plans_.keep_only(moving);
  views_.keep_only(moving);
  plans_.take(tripped.take());
  if (walked.empty()) {
    seated_ = false;
    return seat_.leave();
  }
  // Who goes back does not wait for one that goes forward, whose new side is asked first.
  std::ranges::stable_partition(walked, [](const Walked& each) {
    return each.plan->tripped || each.plan->runner.state() == PlanState::Returning ||
           overall(each.verdicts) == Judgement::Worse;
  });
  const Result<bool> has_seat = seat_.take();
  if (is_new_here(has_seat)) take_up(walked);
  for (Walked& each : walked) walk(*each.plan, std::move(each.verdicts), has_seat);
  if (seated_) keeper_.keep_now_and_then(plans_);
}

void ConductorRounds::walk(WalkedPlan& plan, std::vector<OperationVerdict> verdicts,
                           const Result<bool>& has_seat) {
  using Kind = Conductor::Note::Kind;
  const bool conducts = has_seat && *has_seat;
  const auto stand = parts_.board.store().stand();
  const Rollout* const rollout = stand ? stand->find(plan.module) : nullptr;
  if (rollout == nullptr) {
    const std::string problem =
        stand ? "the control store does not know " + plan.module : stand.error().message;
    plan.tell(Kind::Hindered, problem);
    views_.show(plan.module,
                {std::move(verdicts), problem, conducts, plan.document.begun, plan.version});
    return;
  }
  plan.walked_at = parts_.clock.steady();
  const Traffic& now = rollout->traffic;
  const PlanRunner before = plan.runner;
  const PlanAction action = next_action(plan, *rollout, verdicts, has_seat);
  std::string reason = action.reason;
  const bool more = action.shifts() && gives_more(now, action.to);
  const bool waits = more && parts_.clock.steady() < plan.not_before;
  std::optional<Result<void>> fit = Result<void>();
  if (more && !waits) fit = inquiries_.about(plan.module);
  if (waits || !fit) {
    plan.runner = before;
    reason = waits ? plan.hindrance : "its new side is asked whether it is fit for more";
  } else if (action.shifts() || plan.runner.mark() != before.mark()) {
    // What was not changed here is not written: one that only looks on has not arrived anywhere.
    const auto change =
        *fit ? carry_out(plan, action, now, verdicts) : Result<Change>(fail(fit->error()));
    if (!change) {
      plan.runner = before;
      reason = change.error().message;
      // Of a conflict the next tick knows more.
      if (change.error().code != ErrorCode::Conflict) {
        if (more) plan.not_before = parts_.clock.steady() + Conductor::kPatience;
        plan.tell(Kind::Hindered, reason);
      }
    } else if (action.shifts()) {
      plan.tell(more ? Kind::Moved : Kind::WentBack,
                "to " + text_of(action.to) + ": " + action.reason);
    } else if (plan.runner.state() == PlanState::NeedsPerson) {
      plan.tell(Kind::NeedsPerson, action.reason);
    }
  } else if (!has_seat) {
    plan.tell(Kind::Hindered, reason);
  }
  if (plan.runner.steps_begun() > plan.steps_begun) {
    plan.steps_begun = plan.runner.steps_begun();
    plan.judge.begin_step(plan.alone());
  }
  if (plan.runner.step() != before.step()) plan.anew.clear();
  if (!action.shifts() && plan.runner.state() == PlanState::Running) reason += plan.anew;
  views_.show(plan.module, {std::move(verdicts), std::move(reason), conducts, plan.document.begun,
                            plan.version});
}

}  // namespace banyan::strangler
