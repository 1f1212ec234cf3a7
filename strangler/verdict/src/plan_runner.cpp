// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/plan_runner.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace banyan::strangler {
namespace {

std::unexpected<Error> not_now(std::string message) {
  return fail(ErrorCode::FailedPrecondition, "banyan.plan_state", std::move(message));
}

std::unexpected<Error> bad_plan(std::string message) {
  return fail(ErrorCode::InvalidArgument, "banyan.bad_plan", std::move(message));
}

constexpr std::array kPlanStates = {
    PlanState::Ready,     PlanState::Running,    PlanState::Paused, PlanState::Returning,
    PlanState::Completed, PlanState::RolledBack, PlanState::Aborted};

bool is_about_time(Measure measure) {
  return measure == Measure::Median || measure == Measure::Slow || measure == Measure::Slowest;
}

/// It answers what it should, and takes too long.
bool is_only_slow(const OperationVerdict& verdict) {
  bool slow = false;
  for (const Finding& each : verdict.findings) {
    if (each.judgement != Judgement::Worse) continue;
    if (!is_about_time(each.measure)) return false;
    slow = true;
  }
  return slow;
}

/// One that fails before one that is only slow; null when none is worse.
const OperationVerdict* worst_of(const std::vector<OperationVerdict>& verdicts) {
  const OperationVerdict* worst = nullptr;
  for (const OperationVerdict& each : verdicts) {
    if (each.judgement != Judgement::Worse) continue;
    if (!is_only_slow(each)) return &each;
    if (worst == nullptr) worst = &each;
  }
  return worst;
}

}  // namespace

std::string_view to_string(PlanState state) {
  switch (state) {
    case PlanState::Ready: return "ready";
    case PlanState::Running: return "running";
    case PlanState::Paused: return "paused";
    case PlanState::Returning: return "returning";
    case PlanState::Completed: return "completed";
    case PlanState::RolledBack: return "rolled_back";
    case PlanState::Aborted: return "aborted";
  }
  return "ready";
}

std::optional<PlanState> plan_state_from(std::string_view name) {
  for (const PlanState state : kPlanStates) {
    if (name == to_string(state)) return state;
  }
  return std::nullopt;
}

Plan Plan::usual() {
  Plan plan;
  for (const std::int64_t hundredths : {1'00, 5'00, 25'00, 50'00, 100'00}) {
    plan.steps.push_back({.share = Percent::of_hundredths(hundredths).value()});
  }
  return plan;
}

Result<void> Plan::check() const {
  if (steps.empty()) return bad_plan("a plan needs at least one step");
  Percent before = Percent::none();
  for (const PlanStep& each : steps) {
    if (each.share <= before) {
      return bad_plan("the steps of a plan grow from above 0%, and " + to_string(each.share) +
                      " comes after " + to_string(before));
    }
    before = each.share;
  }
  return {};
}

PlanRunner::PlanRunner(Plan plan, const Clock& clock) : plan_(std::move(plan)), clock_(&clock) {
  if (const auto checked = plan_.check(); !checked) {
    throw std::invalid_argument(checked.error().message);
  }
}

PlanRunner::PlanRunner(Plan plan, const Clock& clock, const Mark& mark)
    : PlanRunner(std::move(plan), clock) {
  if (mark.step >= plan_.steps.size()) {
    throw std::invalid_argument("the plan has no step " + std::to_string(mark.step));
  }
  state_ = mark.state;
  step_ = mark.step;
  reason_ = mark.reason;
}

Result<void> PlanRunner::start() {
  if (state_ != PlanState::Ready) {
    return not_now("the plan is " + std::string(to_string(state_)) +
                   " and cannot be started again; make a new one");
  }
  state_ = PlanState::Running;
  reason_ = "the plan begins";
  return {};
}

Result<void> PlanRunner::pause(std::string why) {
  if (state_ != PlanState::Running && state_ != PlanState::Returning) {
    return not_now("the plan is " + std::string(to_string(state_)) +
                   ", and only one that runs can "
                   "be paused");
  }
  state_ = PlanState::Paused;
  reason_ = std::move(why);
  return {};
}

Result<void> PlanRunner::resume() {
  if (state_ != PlanState::Paused) {
    return not_now("the plan is " + std::string(to_string(state_)) + ", not paused");
  }
  state_ = PlanState::Running;
  reason_ = "the plan goes on";
  arrived_ = false;  // the step counts anew
  return {};
}

void PlanRunner::abort(std::string why) {
  state_ = PlanState::Aborted;
  reason_ = std::move(why);
}

Result<PlanAction> PlanRunner::back_gradually(Percent share, std::string why) {
  if (share == Percent::none()) {
    return not_now("no traffic is on the new side, so there is nothing to bring back");
  }
  return turn_back(share, std::move(why));
}

/// The first step back is made at once.
PlanAction PlanRunner::turn_back(Percent share, std::string why) {
  state_ = PlanState::Returning;
  reason_ = std::move(why);
  returning_at_ = share;
  since_ = clock_->steady();
  return step_back(share);
}

PlanAction PlanRunner::complete(std::string why) {
  state_ = PlanState::Completed;
  reason_ = std::move(why);
  return nothing(reason_);
}

PlanAction PlanRunner::trip(std::string why) {
  if (state_ != PlanState::Running && state_ != PlanState::Paused &&
      state_ != PlanState::Returning) {
    return nothing(reason_);
  }
  return go_back(PlanState::RolledBack, std::move(why));
}

PlanAction PlanRunner::go_back(PlanState state, std::string why) {
  state_ = state;
  reason_ = std::move(why);
  return shift(Percent::none());
}

PlanAction PlanRunner::leave(Percent share, const OperationVerdict& worse) {
  if (!is_only_slow(worse)) return go_back(PlanState::RolledBack, worse.reason);
  return turn_back(share, worse.reason);
}

/// Where a plan goes on that is paused on its way back: the highest step that is not above.
void PlanRunner::step_below(Percent share) {
  step_ = 0;
  while (step_ + 1 < plan_.steps.size() && plan_.steps[step_ + 1].share <= share) ++step_;
  arrived_ = false;
}

PlanAction PlanRunner::go_on_back(Percent share) {
  if (share == Percent::none()) {
    state_ = PlanState::RolledBack;
    return nothing(reason_);
  }
  const SteadyTime now = clock_->steady();
  if (returning_at_ && share > *returning_at_) {
    state_ = PlanState::Paused;
    reason_ = "somebody has shifted the traffic to " + to_string(share) +
              " while the plan was going back";
    step_below(share);
    return nothing(reason_);
  }
  if (returning_at_ != share) {
    // Also of one that goes on from a mark, which does not know for how long: rather too slowly.
    returning_at_ = share;
    since_ = now;
    step_below(share);
  }
  const auto left =
      plan_.back_dwell - std::chrono::duration_cast<std::chrono::seconds>(now - since_);
  if (left.count() > 0) {
    return nothing(to_string(share) + " stays for another " + std::to_string(left.count()) +
                   "s on the way back: " + reason_);
  }
  return step_back(share);
}

PlanAction PlanRunner::step_back(Percent share) {
  Percent lower = Percent::none();
  for (const PlanStep& each : plan_.steps) {
    if (each.share < share) lower = each.share;
  }
  step_below(lower);
  return shift(lower);
}

PlanAction PlanRunner::nothing(std::string why) {
  return {PlanAction::Kind::Nothing, Percent::none(), std::move(why)};
}

std::optional<PlanAction> PlanRunner::leave_if_worse(
    Percent share, const std::vector<OperationVerdict>& verdicts) {
  if (state_ != PlanState::Running && state_ != PlanState::Paused &&
      state_ != PlanState::Returning) {
    return std::nullopt;
  }
  const OperationVerdict* const worse = worst_of(verdicts);
  if (worse == nullptr || share == Percent::none()) return std::nullopt;
  if (state_ == PlanState::Returning && is_only_slow(*worse)) return std::nullopt;
  return leave(share, *worse);
}

PlanAction PlanRunner::tick(Percent share, const std::vector<OperationVerdict>& verdicts) {
  if (state_ == PlanState::Aborted || state_ == PlanState::RolledBack) {
    // Until it has happened.
    return share == Percent::none() ? nothing(reason_) : shift(Percent::none());
  }
  if (state_ == PlanState::Ready || state_ == PlanState::Completed) return nothing(reason_);
  if (auto back = leave_if_worse(share, verdicts)) return *std::move(back);
  if (state_ == PlanState::Returning) return go_on_back(share);
  if (state_ == PlanState::Paused) return nothing(reason_);
  const PlanStep& step = plan_.steps[step_];
  // The share was written together with the step: another one is somebody's, whether that was
  // seen from here or happened while nobody conducted.
  if (share == Percent::none()) {
    state_ = PlanState::Aborted;
    reason_ =
        "somebody has brought all traffic back while the plan was at " + to_string(step.share);
    return nothing(reason_);
  }
  if (share != step.share) {
    state_ = PlanState::Paused;
    reason_ = "somebody has shifted the traffic to " + to_string(share) +
              " while the plan was at " + to_string(step.share);
    return nothing(reason_);
  }
  if (!arrived_) {
    arrived_ = true;
    ++begun_;
    since_ = clock_->steady();
    return nothing(to_string(step.share) + " has begun");
  }
  if (auto why = why_not_yet(verdicts)) return nothing(std::move(*why));
  return advance();
}

std::optional<std::string> PlanRunner::why_not_yet(
    const std::vector<OperationVerdict>& verdicts) const {
  const PlanStep& step = plan_.steps[step_];
  const auto left =
      step.dwell - std::chrono::duration_cast<std::chrono::seconds>(clock_->steady() - since_);
  if (left.count() > 0) {
    return to_string(step.share) + " stays for another " + std::to_string(left.count()) + "s";
  }
  if (verdicts.empty()) return "there is no verdict about any operation";
  for (const OperationVerdict& each : verdicts) {
    if (std::ranges::find(plan_.waived, each.operation) != plan_.waived.end()) continue;
    if (each.samples < step.samples) {
      return each.operation + ": " + std::to_string(each.samples) +
             " requests on the new side, and " + std::to_string(step.samples) +
             " are needed before " + to_string(step.share) + " is over";
    }
    if (each.judgement != Judgement::BetterOrEqual) return each.reason;
  }
  return std::nullopt;
}

PlanAction PlanRunner::advance() {
  if (step_ + 1 == plan_.steps.size()) {
    state_ = PlanState::Completed;
    reason_ = to_string(plan_.steps[step_].share) + " was good, and it was the last step";
    return nothing(reason_);
  }
  reason_ = to_string(plan_.steps[step_].share) + " was good";
  ++step_;
  arrived_ = false;
  return shift(plan_.steps[step_].share);
}

}  // namespace banyan::strangler
