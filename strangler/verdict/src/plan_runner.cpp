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
    PlanState::Ready,       PlanState::Running,   PlanState::Paused,     PlanState::Returning,
    PlanState::NeedsPerson, PlanState::Completed, PlanState::RolledBack, PlanState::Aborted};

/// As the subject of a sentence.
std::string name_of(const PlanStep& step) {
  return step.writes == Side::Remote ? "the step that moves the writes" : to_string(step.share);
}

std::string text_of(const Traffic& traffic) {
  return to_string(traffic.reads) + (traffic.writes == Side::Remote ? " with the writes" : "");
}

/// What a reason says of a side that is worse and may not be left: by that it is known again, also
/// in a mark that another process has written.
constexpr std::string_view kWritesStay =
    ". The writes stay on the new side until a person decides: ";

bool has_nothing_new(const Traffic& now) {
  return now.reads == Percent::none() && now.writes == Side::Local;
}

bool is_there(const Traffic& now, const PlanStep& step) {
  return now.reads == step.share && now.writes == step.writes;
}

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

/// A lane of events or a worker.
bool is_by_itself(const OperationVerdict& verdict) { return is_unasked(verdict.counted); }

/// One that fails before one that is only slow; null when none is worse. Of what the switch moves.
const OperationVerdict* worst_of(const std::vector<OperationVerdict>& verdicts) {
  const OperationVerdict* worst = nullptr;
  for (const OperationVerdict& each : verdicts) {
    if (each.judgement != Judgement::Worse || is_by_itself(each)) continue;
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
    case PlanState::NeedsPerson: return "needs_person";
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

std::string to_string(const PlanStep& step) {
  return step.writes == Side::Remote ? std::string(kWritesStep) : to_string(step.share);
}

Result<PlanStep> plan_step_from(std::string_view text) {
  if (text == kWritesStep) return PlanStep{.share = Percent::all(), .writes = Side::Remote};
  const auto share = Percent::parse(text);
  if (!share) return fail(share.error());
  return PlanStep{.share = *share};
}

std::optional<std::string> Plan::why_not_next(const PlanStep& step) const {
  if (!steps.empty() && steps.back().writes == Side::Remote) {
    return "nothing comes after the step that moves the writes, and " + to_string(step) + " does";
  }
  const Percent before = steps.empty() ? Percent::none() : steps.back().share;
  if (step.writes == Side::Remote) {
    if (before == Percent::all()) return std::nullopt;
    return "the writes move when all of the reads have: a step of 100% comes before them, and "
           "not " +
           (steps.empty() ? std::string("nothing") : to_string(before));
  }
  if (step.share > before) return std::nullopt;
  return "the steps of a plan grow from above 0%, and " + to_string(step.share) + " comes after " +
         (steps.empty() ? std::string("nothing") : to_string(before));
}

Result<void> Plan::check() const {
  if (steps.empty()) return bad_plan("a plan needs at least one step");
  Plan before;
  for (const PlanStep& each : steps) {
    if (auto why = before.why_not_next(each)) return bad_plan(std::move(*why));
    before.steps.push_back(each);
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

Result<PlanAction> PlanRunner::back_gradually(const Traffic& now, std::string why) {
  if (has_nothing_new(now)) {
    return not_now("no traffic is on the new side, so there is nothing to bring back");
  }
  return turn_back(now, std::move(why));
}

/// The first step back is made at once.
PlanAction PlanRunner::turn_back(const Traffic& now, std::string why) {
  state_ = PlanState::Returning;
  reason_ = std::move(why);
  returning_at_ = now;
  since_ = clock_->steady();
  return step_back(now);
}

PlanAction PlanRunner::complete(std::string why) {
  state_ = PlanState::Completed;
  reason_ = std::move(why);
  return nothing(reason_);
}

PlanAction PlanRunner::trip(std::string why, const Situation& situation) {
  if (state_ != PlanState::Running && state_ != PlanState::Paused &&
      state_ != PlanState::Returning && state_ != PlanState::NeedsPerson) {
    return nothing(reason_);
  }
  if (situation.now.writes == Side::Remote && situation.writes_stay) {
    return call_for_a_person(std::move(why), *situation.writes_stay);
  }
  return go_back(PlanState::RolledBack, std::move(why));
}

PlanAction PlanRunner::go_back(PlanState state, std::string why) {
  state_ = state;
  reason_ = std::move(why);
  return shift(Traffic{});
}

/// It may be the day and not the new side, so that nothing is brought back.
std::optional<PlanAction> PlanRunner::stop_for_times(
    const std::vector<OperationVerdict>& verdicts) {
  if (state_ != PlanState::Running) return std::nullopt;
  const auto far = std::ranges::find(verdicts, true, &OperationVerdict::far_slower);
  if (far == verdicts.end()) return std::nullopt;
  state_ = PlanState::NeedsPerson;
  reason_ = far->reason +
            ". More than half of the last minute took longer than 99 of 100 did before. Nothing is "
            "brought back by itself, for it may be the day: a person decides";
  return nothing(reason_);
}

/// Only one that runs: who is on the way back goes on, and who is paused goes nowhere.
std::optional<PlanAction> PlanRunner::stop_for_work(const std::vector<OperationVerdict>& verdicts) {
  if (state_ != PlanState::Running) return std::nullopt;
  const auto worse = std::ranges::find_if(verdicts, [](const OperationVerdict& each) {
    return is_by_itself(each) && each.judgement == Judgement::Worse;
  });
  if (worse == verdicts.end()) return std::nullopt;
  state_ = PlanState::NeedsPerson;
  const std::string way = worse->counted == Counted::Work
                              ? "work is done where the module runs"
                              : "a lane's way back is a position in its log";
  reason_ =
      worse->reason + ". Nothing is brought back by itself: " + way + ", and a person decides";
  return nothing(reason_);
}

/// Once: what is said first is what has happened. A call because of longer times or of work is
/// another one, and must not hide that the new side fails by now.
PlanAction PlanRunner::call_for_a_person(std::string why, const std::string& stay) {
  const bool is_told =
      state_ == PlanState::NeedsPerson && reason_.find(kWritesStay) != std::string::npos;
  if (!is_told) {
    state_ = PlanState::NeedsPerson;
    reason_ = std::move(why).append(kWritesStay).append(stay);
  }
  return nothing(reason_);
}

PlanAction PlanRunner::leave(const Situation& situation, const OperationVerdict& worse) {
  if (situation.now.writes == Side::Remote && situation.writes_stay) {
    return call_for_a_person(worse.reason, *situation.writes_stay);
  }
  if (!is_only_slow(worse)) return go_back(PlanState::RolledBack, worse.reason);
  return turn_back(situation.now, worse.reason);
}

/// Where a plan goes on that is paused on its way back: the highest step that is not above.
void PlanRunner::step_below(const Traffic& now) {
  step_ = 0;
  while (step_ + 1 < plan_.steps.size() && !gives_more(now, plan_.steps[step_ + 1].traffic())) {
    ++step_;
  }
  arrived_ = false;
}

PlanAction PlanRunner::go_on_back(const Traffic& now) {
  if (has_nothing_new(now)) {
    state_ = PlanState::RolledBack;
    return nothing(reason_);
  }
  const SteadyTime time = clock_->steady();
  if (returning_at_ && gives_more(*returning_at_, now)) {
    state_ = PlanState::Paused;
    reason_ =
        "somebody has shifted the traffic to " + text_of(now) + " while the plan was going back";
    step_below(now);
    return nothing(reason_);
  }
  if (returning_at_ != now) {
    // Also of one that goes on from a mark, which does not know for how long: rather too slowly.
    returning_at_ = now;
    since_ = time;
    step_below(now);
  }
  const auto left =
      plan_.back_dwell - std::chrono::duration_cast<std::chrono::seconds>(time - since_);
  if (left.count() > 0) {
    return nothing(text_of(now) + " stays for another " + std::to_string(left.count()) +
                   "s on the way back: " + reason_);
  }
  return step_back(now);
}

/// The writes come home first: they are one side's, and never some of them.
PlanAction PlanRunner::step_back(const Traffic& now) {
  Traffic lower;
  if (now.writes == Side::Remote) {
    lower = Traffic::of(now.reads, Side::Local);
  } else {
    for (const PlanStep& each : plan_.steps) {
      if (each.share < now.reads) lower = Traffic::of(each.share, Side::Local);
    }
  }
  step_below(lower);
  return shift(lower);
}

PlanAction PlanRunner::nothing(std::string why) {
  return {PlanAction::Kind::Nothing, Traffic{}, std::move(why)};
}

std::optional<PlanAction> PlanRunner::leave_if_worse(
    const Situation& situation, const std::vector<OperationVerdict>& verdicts) {
  if (state_ != PlanState::Running && state_ != PlanState::Paused &&
      state_ != PlanState::Returning && state_ != PlanState::NeedsPerson) {
    return std::nullopt;
  }
  const OperationVerdict* const worse = worst_of(verdicts);
  if (has_nothing_new(situation.now)) return std::nullopt;
  if (worse == nullptr) {
    auto stopped = stop_for_times(verdicts);
    return stopped ? std::move(stopped) : stop_for_work(verdicts);
  }
  if (state_ == PlanState::Returning && is_only_slow(*worse)) return std::nullopt;
  return leave(situation, *worse);
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
