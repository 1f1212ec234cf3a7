// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/verdict/plan_runner.hpp"
#include "banyan/verdict/window.hpp"
#include "plan_document.hpp"
#include "trip.hpp"

namespace banyan::strangler {

/// Why a step begins anew, as people read it behind what it says.
inline constexpr std::string_view kOfAnotherSide =
    "; what was seen of it begins anew, for the new side is elsewhere by now, or other answers "
    "count as the same";

/// A plan that moves, with what this process remembers of it from one round to the next: how the
/// store has it, how far its step has come, and what was seen of both sides. Of the thread that
/// ticks.
struct WalkedPlan {
  /// The parts must outlive it.
  WalkedPlan(std::string rollout, PlanDocument found, std::uint64_t at,
             std::vector<JudgedOperation> all, std::string side, const Conductor::Parts& given);
  WalkedPlan(const WalkedPlan&) = delete;
  WalkedPlan& operator=(const WalkedPlan&) = delete;

  /// Nothing is left on the old side.
  bool alone() const;
  /// The new side has the share of its step, which goes on.
  bool is_under_way() const;
  const PlanStep& step() const { return document.plan.steps[document.mark.step]; }
  /// On the new side since the step began, of all operations together.
  std::uint64_t samples() const;
  /// Of what the switch moves, and of what nobody requests, which it does not.
  std::vector<OperationVerdict> verdicts() const;

  /// Somebody else has written it: an order, or the process that has the seat.
  void read_again(PlanDocument found, std::uint64_t at);
  /// Time in which nobody has walked it is none of its step's; see Conductor::kMostBetweenTicks.
  void leave_out_what_nobody_saw();
  /// What happens from now on is counted, and nothing of before.
  void begin_counting();
  /// What has happened since the last time.
  void count();
  /// Somebody has looked into what was worse, and wants it judged anew.
  void forgive();
  /// What hinders it is told once.
  void tell(Conductor::Note::Kind kind, const std::string& message);

  static constexpr std::array kGroups = {Group::New, Group::Control, Group::Old};

  const std::string module;
  const Conductor::Parts& parts;
  PlanDocument document;  ///< as the store has it, by `version`
  std::uint64_t version;
  std::vector<JudgedOperation> operations;
  std::string judged_side;
  PlanRunner runner;
  Judge judge;
  SteadyTime walked_at;  ///< at the last round, or later by what was left out since
  std::uint64_t steps_begun = 0;
  std::map<std::string, std::array<Window, kGroups.size()>> readings;
  std::optional<Trip> tripped;  ///< until it has had its effect
  SteadyTime not_before{};      ///< of a step forward that did not go
  std::uint64_t moved_at = 0;   ///< the change that has moved the writes, once it was looked up
  bool moved_by_plan = false;   ///< who has made it
  std::string hindrance;        ///< that was told
  std::string anew;             ///< why what was seen of the step has begun anew, if it has
};

}  // namespace banyan::strangler
