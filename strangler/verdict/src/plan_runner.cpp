// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/plan_runner.hpp"

#include <algorithm>
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

}  // namespace

std::string_view to_string(PlanState state) {
  switch (state) {
    case PlanState::Ready: return "ready";
    case PlanState::Running: return "running";
    case PlanState::Paused: return "paused";
    case PlanState::Completed: return "completed";
    case PlanState::RolledBack: return "rolled_back";
    case PlanState::Aborted: return "aborted";
  }
  return "ready";
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
  if (state_ != PlanState::Running) {
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
  // It may have been moved meanwhile: the step is asked for again, and counts anew.
  arrived_ = false;
  return {};
}

void PlanRunner::abort(std::string why) {
  state_ = PlanState::Aborted;
  reason_ = std::move(why);
}

PlanAction PlanRunner::trip(std::string why) {
  if (state_ != PlanState::Running && state_ != PlanState::Paused) return nothing(reason_);
  return go_back(PlanState::RolledBack, std::move(why));
}

PlanAction PlanRunner::go_back(PlanState state, std::string why) {
  state_ = state;
  reason_ = std::move(why);
  return shift(Percent::none());
}

PlanAction PlanRunner::nothing(std::string why) {
  return {PlanAction::Kind::Nothing, Percent::none(), std::move(why)};
}

PlanAction PlanRunner::tick(Percent share, const std::vector<OperationVerdict>& verdicts) {
  if (state_ == PlanState::Aborted || state_ == PlanState::RolledBack) {
    // Until it has happened.
    return share == Percent::none() ? nothing(reason_) : shift(Percent::none());
  }
  if (state_ == PlanState::Ready || state_ == PlanState::Completed) return nothing(reason_);
  const auto worse = std::ranges::find(verdicts, Judgement::Worse, &OperationVerdict::judgement);
  if (worse != verdicts.end() && share > Percent::none()) {
    return go_back(PlanState::RolledBack, worse->reason);
  }
  if (state_ == PlanState::Paused) return nothing(reason_);
  const PlanStep& step = plan_.steps[step_];
  if (!arrived_) {
    if (share != step.share) return shift(step.share);
    arrived_ = true;
    ++begun_;
    since_ = clock_->steady();
    return nothing(to_string(step.share) + " has begun");
  }
  if (share != step.share) {
    state_ = PlanState::Paused;
    reason_ = "somebody has shifted the traffic to " + to_string(share) +
              " while the plan was at " + to_string(step.share);
    return nothing(reason_);
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
