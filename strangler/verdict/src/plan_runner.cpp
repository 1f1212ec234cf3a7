// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/plan_runner.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "plan_words.hpp"

namespace banyan::strangler {
namespace {

/// As the subject of a sentence.
std::string name_of(const PlanStep& step) {
  return step.writes == Side::Remote ? "the step that moves the writes" : to_string(step.share);
}

bool is_there(const Traffic& now, const PlanStep& step) {
  return now.reads == step.share && now.writes == step.writes;
}

}  // namespace

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

void PlanRunner::go_on(std::chrono::milliseconds lasted) {
  if (state_ != PlanState::Running || arrived_) return;
  arrived_ = true;
  since_ = clock_->steady() - lasted;
}

std::chrono::milliseconds PlanRunner::lasted() const {
  if (state_ != PlanState::Running || !arrived_) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock_->steady() - since_);
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
  if (state_ != PlanState::Paused && state_ != PlanState::NeedsPerson) {
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

PlanAction PlanRunner::complete(std::string why) {
  state_ = PlanState::Completed;
  reason_ = std::move(why);
  return nothing(reason_);
}

PlanAction PlanRunner::nothing(std::string why) {
  return {PlanAction::Kind::Nothing, Traffic{}, std::move(why)};
}

/// The traffic was sent there together with the step: elsewhere somebody has sent it, whether that
/// was seen from here or happened while nobody conducted.
std::optional<PlanAction> PlanRunner::give_way(const Traffic& now) {
  const PlanStep& step = plan_.steps[step_];
  if (is_there(now, step)) return std::nullopt;
  if (has_nothing_new(now)) {
    state_ = PlanState::Aborted;
    reason_ = "somebody has brought all traffic back while the plan was at " + to_string(step);
  } else if (step.writes == Side::Remote && now == Traffic::of(step.share, Side::Local)) {
    state_ = PlanState::Paused;
    reason_ = "somebody has brought the writes home while the plan was at " + to_string(step);
  } else {
    state_ = PlanState::Paused;
    reason_ = "somebody has shifted the traffic to " + text_of(now) + " while the plan was at " +
              to_string(step);
  }
  return nothing(reason_);
}

PlanAction PlanRunner::tick(const Situation& situation,
                            const std::vector<OperationVerdict>& verdicts) {
  const Traffic& now = situation.now;
  if (state_ == PlanState::Aborted || state_ == PlanState::RolledBack) {
    // Until it has happened.
    return has_nothing_new(now) ? nothing(reason_) : shift(Traffic{});
  }
  if (state_ == PlanState::Ready || state_ == PlanState::Completed) return nothing(reason_);
  if (auto back = leave_if_worse(situation, verdicts)) return *std::move(back);
  if (state_ == PlanState::Returning) return go_on_back(now);
  if (state_ == PlanState::Paused) return nothing(reason_);
  if (auto given = give_way(now)) return *std::move(given);
  if (state_ == PlanState::NeedsPerson) return nothing(reason_);
  const PlanStep& step = plan_.steps[step_];
  if (!arrived_) {
    arrived_ = true;
    ++begun_;
    since_ = clock_->steady();
    return nothing(name_of(step) + " has begun");
  }
  if (auto why = why_not_yet(verdicts)) return nothing(std::move(*why));
  return advance();
}

std::optional<std::string> PlanRunner::why_not_yet(
    const std::vector<OperationVerdict>& verdicts) const {
  const PlanStep& step = plan_.steps[step_];
  const bool writes_next =
      step_ + 1 < plan_.steps.size() && plan_.steps[step_ + 1].writes == Side::Remote;
  const auto left =
      step.dwell - std::chrono::duration_cast<std::chrono::seconds>(clock_->steady() - since_);
  if (left.count() > 0) {
    return name_of(step) + " stays for another " + std::to_string(left.count()) + "s";
  }
  if (std::ranges::all_of(verdicts, is_by_itself)) return "there is no verdict about any operation";
  for (const OperationVerdict& each : verdicts) {
    if (is_by_itself(each)) continue;
    if (std::ranges::find(plan_.waived, each.operation) != plan_.waived.end()) continue;
    if (each.effect == Effect::Write && step.writes == Side::Local) {
      if (!writes_next || each.before >= step.samples) continue;
      return each.operation + ": " + std::to_string(each.before) +
             (each.before == 1 ? " write was" : " writes were") + " seen on the old side, and " +
             std::to_string(step.samples) + " are needed to know what is usual before they move";
    }
    if (each.samples < step.samples) {
      return each.operation + ": " + std::to_string(each.samples) +
             (each.samples == 1 ? " request" : " requests") + " on the new side, and " +
             std::to_string(step.samples) + " are needed before " + name_of(step) + " is over";
    }
    if (each.judgement != Judgement::BetterOrEqual) return each.reason;
  }
  return std::nullopt;
}

PlanAction PlanRunner::advance() {
  if (step_ + 1 == plan_.steps.size()) {
    state_ = PlanState::Completed;
    reason_ = name_of(plan_.steps[step_]) + " was good, and it was the last step";
    return nothing(reason_);
  }
  reason_ = name_of(plan_.steps[step_]) + " was good";
  ++step_;
  arrived_ = false;
  if (plan_.steps[step_].writes == Side::Remote) reason_ += ", and the writes follow";
  return shift(plan_.steps[step_].traffic());
}

}  // namespace banyan::strangler
