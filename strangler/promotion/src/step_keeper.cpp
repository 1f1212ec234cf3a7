// SPDX-License-Identifier: Apache-2.0
#include "step_keeper.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace banyan::strangler {

StepKeeper::StepKeeper(const Conductor::Parts& parts)
    : parts_(parts),
      file_(parts.progress, parts.program.empty() ? this_program() : parts.program) {}

void StepKeeper::take_up(std::span<WalkedPlan* const> plans) {
  const ProgressFile::Kept kept = file_.read();
  for (WalkedPlan* const each : plans) take_up(*each, kept);
  write_at_ = parts_.clock.steady() + ProgressFile::kWrite;
}

void StepKeeper::take_up(WalkedPlan& plan, const ProgressFile::Kept& kept) const {
  if (!plan.is_under_way() || plan.runner.lasted().count() > 0) return;
  const PlanStep& step = plan.step();
  const std::string where = "at " + to_string(step);
  const auto found = std::ranges::find_if(kept.steps, [&](const StepProgress& each) {
    return each.module == plan.module && each.begun == plan.document.begun &&
           each.step == plan.document.mark.step && each.since == plan.document.since;
  });
  if (found == kept.steps.end()) {
    plan.anew = "; it begins anew, for nobody has kept how long it has lasted";
    return plan.tell(Conductor::Note::Kind::TakenUp, where + plan.anew);
  }
  plan.runner.go_on(found->lasted);
  const auto passed = std::chrono::floor<std::chrono::seconds>(found->lasted);
  plan.anew = take_evidence(plan, *found, kept);
  plan.tell(Conductor::Note::Kind::TakenUp,
            where + ", which has lasted " + std::to_string(passed.count()) + "s of " +
                std::to_string(step.dwell.count()) + "s" +
                (plan.anew.empty() ? "; what was seen of it is kept" : plan.anew));
}

/// "" when all is there; else why it begins anew. What the old side is usually like is taken in any
/// case, for once all has moved nobody can learn it any more.
std::string StepKeeper::take_evidence(WalkedPlan& plan, const StepProgress& step,
                                      const ProgressFile::Kept& kept) const {
  // One that has looked on has seen the same step.
  if (plan.samples() >= step.samples && step.samples > 0) return {};
  const std::chrono::microseconds age(parts_.clock.now().micros - kept.written.micros);
  const bool is_past = age.count() >= 0;
  const bool is_same = kept.program == file_.program() && !kept.program.empty();
  const bool is_same_side = step.judged_side == plan.judged_side;
  if (is_same && is_same_side && is_past && age <= ProgressFile::kAge) {
    if (plan.judge.go_on(step.evidence, Judge::Memory::All)) return {};
    return "; what was seen of it begins anew, for it could not be read";
  }
  if (is_past && age <= ProgressFile::kUsualAge) {
    (void)plan.judge.go_on(step.evidence, Judge::Memory::Usual);
  }
  if (!is_same) {
    return "; what was seen of it begins anew, for another build of the program has seen it";
  }
  if (!is_same_side) return std::string(kOfAnotherSide);
  return "; what was seen of it begins anew, for that is longer ago than an hour, or the clock was "
         "set";
}

void StepKeeper::keep_now_and_then(const WalkedPlans& plans) {
  if (parts_.clock.steady() < write_at_) return;
  write_at_ = parts_.clock.steady() + ProgressFile::kWrite;
  keep(plans);
}

void StepKeeper::keep(const WalkedPlans& plans) {
  std::vector<StepProgress> steps;
  for (const auto& [module, plan] : plans.all()) {
    if (!plan.is_under_way() || plan.runner.state() != PlanState::Running) continue;
    steps.push_back({.module = module,
                     .begun = plan.document.begun,
                     .step = plan.document.mark.step,
                     .since = plan.document.since,
                     .lasted = plan.runner.lasted(),
                     .samples = plan.samples(),
                     .evidence = plan.judge.kept(),
                     .judged_side = plan.judged_side});
  }
  if (!std::exchange(kept_any_, !steps.empty()) && steps.empty()) return;
  const auto written = file_.write(steps, parts_.clock.now());
  if (std::exchange(not_kept_, !written) || written || !parts_.note) return;
  parts_.note({Conductor::Note::Kind::NotKept, steps.empty() ? std::string() : steps.front().module,
               written.error().message});
}

}  // namespace banyan::strangler
