// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::strangler {

enum class PlanVerb : std::uint8_t { Start, Pause, Resume, Abort };
std::string_view to_string(PlanVerb verb);
std::optional<PlanVerb> plan_verb_from(std::string_view name);

/// What somebody wants of a rollout's plan.
struct PlanOrder {
  PlanVerb verb = PlanVerb::Start;
  // Of a start: instead of what the configuration says.
  struct Step {
    Percent share;
    std::optional<std::chrono::seconds> dwell{};
    std::optional<std::uint64_t> samples{};
    Side writes = Side::Local;  ///< Remote: the step that moves the writes
  };
  std::vector<Step> steps;  ///< empty: as configured
  std::optional<std::chrono::seconds> dwell;
  std::optional<std::uint64_t> samples;
  Despite despite{};       ///< of a start or resume; see Switchboard::shift()
  bool gradually = false;  ///< of an abort: step by step
};

/// How a plan stands.
struct PlanStatus {
  std::string module;
  Percent share;  ///< what the new side has now, whoever gave it
  Side writes = Side::Local;
  Plan plan{};
  PlanState state = PlanState::Ready;
  std::size_t step = 0;
  std::string reason{};
  Timestamp since{};  ///< the step began, or what has become of the plan
  std::string who{};  ///< gave the last order
  std::string why{};
  std::vector<OperationVerdict> verdicts{};  ///< of this process, while the plan moves
  bool conducts = false;                     ///< this process takes it forward
};

/// Where plans are ordered and looked at, whether anything runs that walks them or not: an order is
/// one transaction of the control store, and wins over whoever walks. Safe for concurrent use.
class PlanDesk {
 public:
  /// The plan of a rollout by its configuration.
  using PlanOf = std::function<Plan(std::string_view module)>;

  /// `conductor`: of this process; null when there is none. What is passed must outlive the desk.
  PlanDesk(Switchboard& board, const Clock& clock, PlanOf plan_of = {},
           Conductor* conductor = nullptr);

  struct Answer {
    Change change;
    PlanStatus plan;
  };
  /// A start shifts to the first step that is not below what the new side has already, a resume to
  /// the step of the plan, and an abort back to nothing, in the same transaction. Where traffic may
  /// not be shifted now, an abort ends the plan all the same, and its reason says that the traffic
  /// has stayed. A start, and a resume that gives the new side more, is refused as
  /// Switchboard::may_have_more() says: where that is not fit, and while copies show that it
  /// answers otherwise than a plan lets it. FailedPrecondition "banyan.plan_state" where it cannot
  /// be, with what can; NotFound "banyan.no_plan"; InvalidArgument "banyan.bad_plan"; and what
  /// Switchboard::walk() says.
  Result<Answer> order(std::string_view module, const PlanOrder& order, const Reason& reason);
  /// Back to nothing along the steps, with or without a plan that moves. The first step is made in
  /// the same transaction: the writes come home, or, where they are there, the reads go a step
  /// down.
  Result<Answer> back_gradually(std::string_view module, const Reason& reason);

  /// Of all rollouts that have one, sorted by module.
  Result<std::vector<PlanStatus>> plans() const;

 private:
  Plan configured(std::string_view module) const;
  Result<Plan> wanted(std::string_view module, const PlanOrder& order) const;
  Result<Answer> start(std::string_view module, const PlanOrder& order, const Reason& reason);
  Traffic abort(PlanRunner& runner, std::string_view module, const Traffic& before,
                const std::string& why) const;
  bool resume_gives_more(std::string_view module) const;
  Result<Answer> done(Result<Change> change) const;
  PlanStatus status(const StoredPlan& stored, const Traffic& now) const;

  Switchboard* board_;
  const Clock* clock_;
  PlanOf plan_of_;
  Conductor* conductor_;
};

}  // namespace banyan::strangler
