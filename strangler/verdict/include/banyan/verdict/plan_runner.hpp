// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/traffic.hpp"
#include "banyan/verdict/judge.hpp"
#include "banyan/verdict/plan.hpp"

namespace banyan::strangler {

/// What is to be done about the traffic now.
struct PlanAction {
  enum class Kind : std::uint8_t { Nothing, Shift };
  Kind kind = Kind::Nothing;
  Traffic to;          ///< Shift: what the new side is to get
  std::string reason;  ///< why it is done, or why nothing is

  bool shifts() const { return kind == Kind::Shift; }
};

/// Walks a rollout through its plan. A state machine and nothing else: whoever calls tick() carries
/// out what it answers and writes the mark down, both or neither. Where neither was done, it goes
/// on with the runner as it was before, which asks again.
///
/// A step and its share are therefore never apart: whoever starts or resumes a plan gives the new
/// side the share of its step in the same breath, and a share that is another one was given by
/// somebody else, also when this runner is new and has seen nothing of it.
///
///   * forward when the step was long enough, every operation was seen often enough, and each is
///     better or equal;
///   * stays while one cannot be told, and says which and why;
///   * back as soon as one is worse, also while paused: to nothing at once when it fails or answers
///     otherwise, and when something trips; step by step when it is only slow, for its users get
///     what they want, and the old side may have gone cold;
///   * where all reads have moved nobody is left to tell a slow side from a busy day: it stays
///   there
///     until times are as they were, and needs a person where they are far from it; failures bring
///     it back as elsewhere;
///   * where the last step moves the writes, they move when all reads were good and enough writes
///     were seen on the old side to know what is usual of them. From there it goes back as from
///     elsewhere, with the writes first, but only while they may come home by themselves; else it
///     stays and needs a person, who brings them back or takes the plan up again; one who was
///     called for something milder is called again;
///   * events and workers go by no switch: a lane or a worker that is worse since it is elsewhere
///     stops a plan that runs, which needs a person then, and brings nothing back; one of which
///     nobody can tell stops nothing, and none is evidence for a step forward;
///   * an abort wins over everything, and nothing goes forward after it;
///   * when somebody else shifts the traffic, the plan pauses: two do not steer. It is over when
///     somebody brings all of it back.
///
/// Not safe for concurrent use.
class PlanRunner {
 public:
  /// The clock must outlive it. A plan that check() refuses throws std::invalid_argument.
  PlanRunner(Plan plan, const Clock& clock);

  /// Where a runner is, as it is written down.
  struct Mark {
    PlanState state = PlanState::Ready;
    std::size_t step = 0;
    std::string reason;
    /// The new side has the share of the step. One that goes on from here does not know it of its
    /// own, and begins the step anew: what it has seen is forgotten.
    bool arrived = false;
    friend bool operator==(const Mark&, const Mark&) = default;
  };
  /// Goes on from there. A step that the plan does not have throws std::invalid_argument.
  PlanRunner(Plan plan, const Clock& clock, const Mark& mark);
  Mark mark() const { return {state_, step_, reason_, arrived_}; }
  /// The new side has the share of the step, for so long in all that somebody conducted: the step
  /// goes on, and is not begun anew. Only of one that runs and has not arrived yet.
  void go_on(std::chrono::milliseconds lasted);
  /// For how long somebody has conducted the step; zero of one that does not run or has not
  /// arrived.
  std::chrono::milliseconds lasted() const;
  /// So long nobody was there who conducted: that is no time of the step, nor of one on the way
  /// back.
  void leave_out(SteadyTime::duration unseen) { since_ += unseen; }

  /// FailedPrecondition "banyan.plan_state" where it cannot be. After a start and after a resume,
  /// the caller gives the new side the share of the step.
  Result<void> start();
  Result<void> pause(std::string why);
  Result<void> resume();
  /// In every state but when all traffic is back already.
  void abort(std::string why);
  /// Step by step, from `now` on; what it answers is the first one, which is made at once.
  /// FailedPrecondition "banyan.plan_state" when there is nothing to go back from.
  Result<PlanAction> back_gradually(const Traffic& now, std::string why);
  /// The rollout has moved as a whole, and is no longer the plan's to bring back.
  PlanAction complete(std::string why);

  /// Where the traffic is, whoever has sent it there.
  struct Situation {
    Situation(const Traffic& traffic, std::optional<std::string> stay = {})
        : now(traffic), writes_stay(std::move(stay)) {}

    Traffic now;
    /// Why writes that are on the new side may not come home by themselves; nothing when they may.
    std::optional<std::string> writes_stay;
  };

  /// A hard trip: an answer at once, without a tick. See ErrorBurst.
  PlanAction trip(std::string why, const Situation& situation);

  /// `verdicts`: since the step began.
  PlanAction tick(const Situation& situation, const std::vector<OperationVerdict>& verdicts);
  /// What tick() does because of a verdict that is worse, and nothing else: for who takes back
  /// only. It begins a return along the steps; to go on with one is for whoever ticks.
  std::optional<PlanAction> leave_if_worse(const Situation& situation,
                                           const std::vector<OperationVerdict>& verdicts);

  PlanState state() const { return state_; }
  std::size_t step() const { return step_; }
  /// The new side has the share of the step: from here on its evidence counts. Call
  /// Judge::begin_step() when this grows.
  std::uint64_t steps_begun() const { return begun_; }
  const std::string& reason() const { return reason_; }
  const Plan& plan() const { return plan_; }

 private:
  PlanAction go_back(PlanState state, std::string why);
  static PlanAction nothing(std::string why);
  PlanAction shift(const Traffic& to) const { return {PlanAction::Kind::Shift, to, reason_}; }
  std::optional<std::string> why_not_yet(const std::vector<OperationVerdict>& verdicts) const;
  PlanAction advance();
  PlanAction leave(const Situation& situation, const OperationVerdict& worse);
  PlanAction call_for_a_person(std::string why, const std::string& stay);
  std::optional<PlanAction> stop_for_times(const std::vector<OperationVerdict>& verdicts);
  std::optional<PlanAction> stop_for_work(const std::vector<OperationVerdict>& verdicts);
  PlanAction turn_back(const Traffic& now, std::string why);
  PlanAction go_on_back(const Traffic& now);
  PlanAction step_back(const Traffic& now);
  void step_below(const Traffic& now);
  std::optional<PlanAction> give_way(const Traffic& now);

  Plan plan_;
  const Clock* clock_;
  PlanState state_ = PlanState::Ready;
  std::size_t step_ = 0;
  bool arrived_ = false;  ///< the new side was seen to have the step's share
  std::uint64_t begun_ = 0;
  SteadyTime since_{};
  std::optional<Traffic> returning_at_;  ///< since since_
  std::string reason_;
};

}  // namespace banyan::strangler
