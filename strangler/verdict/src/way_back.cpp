// SPDX-License-Identifier: Apache-2.0
// How a runner brings traffic back, at once or step by step, and when it calls a person instead.
#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/verdict/plan_runner.hpp"
#include "plan_words.hpp"

namespace banyan::strangler {
namespace {

/// What a reason says of a side that is worse and may not be left: by that it is known again, also
/// in a mark that another process has written.
constexpr std::string_view kWritesStay =
    ". The writes stay on the new side until a person decides: ";

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

}  // namespace banyan::strangler
