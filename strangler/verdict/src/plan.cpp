// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/plan.hpp"

#include <array>
#include <utility>

namespace banyan::strangler {
namespace {

std::unexpected<Error> bad_plan(std::string message) {
  return fail(ErrorCode::InvalidArgument, "banyan.bad_plan", std::move(message));
}

constexpr std::array kPlanStates = {
    PlanState::Ready,       PlanState::Running,   PlanState::Paused,     PlanState::Returning,
    PlanState::NeedsPerson, PlanState::Completed, PlanState::RolledBack, PlanState::Aborted};

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

}  // namespace banyan::strangler
