// SPDX-License-Identifier: Apache-2.0
#include "walked_plans.hpp"

#include <chrono>
#include <utility>

namespace banyan::strangler {

/// Writes only where the plan moves them: nobody waits for evidence of what stays where it is.
std::vector<JudgedOperation> WalkedPlans::judged(const std::string& module,
                                                 const Plan& plan) const {
  std::vector<JudgedOperation> all = parts_.operations(module);
  if (!plan.moves_writes()) {
    std::erase_if(all, [](const auto& each) { return each.effect == Effect::Write; });
  }
  return all;
}

WalkedPlan* WalkedPlans::of(const StoredPlan& stored) {
  auto document = plan_document_from(stored.document);
  if (!document || !document->moves()) return nullptr;
  std::vector<JudgedOperation> operations = judged(stored.module, document->plan);
  std::string side = parts_.judged_side ? parts_.judged_side(stored.module) : std::string();
  const auto found = all_.find(stored.module);
  const bool is_same_side = found == all_.end() || found->second.judged_side == side;
  if (found != all_.end() && found->second.document.begun == document->begun && is_same_side &&
      found->second.operations == operations) {
    WalkedPlan& plan = found->second;
    if (plan.version != stored.version) plan.read_again(*std::move(document), stored.version);
    return &plan;
  }
  // Where only the operations are others, the step goes on, with what was seen of those that stay;
  // of another new side nothing was seen yet.
  std::chrono::milliseconds lasted{0};
  std::string seen;
  if (found != all_.end()) {
    if (found->second.version == stored.version) {
      lasted = found->second.runner.lasted();
      seen = found->second.judge.kept();
    }
    all_.erase(found);
  }
  const auto [made, is_new] =
      all_.try_emplace(stored.module, stored.module, *std::move(document), stored.version,
                       std::move(operations), std::move(side), parts_);
  WalkedPlan& plan = made->second;
  if (lasted.count() > 0 && plan.is_under_way()) plan.runner.go_on(lasted);
  plan.judge.begin_step(plan.alone());  // lanes and workers are what they are: no plan moves them
  if (!seen.empty()) {
    (void)plan.judge.go_on(seen, is_same_side ? Judge::Memory::All : Judge::Memory::Usual);
  }
  plan.begin_counting();
  if (!is_same_side && lasted.count() > 0) {
    plan.anew = kOfAnotherSide;
    plan.tell(Conductor::Note::Kind::TakenUp, "at " + to_string(plan.step()) + plan.anew);
  }
  return &plan;
}

void WalkedPlans::leave_out_what_nobody_saw() {
  for (auto& [module, plan] : all_) plan.leave_out_what_nobody_saw();
}

void WalkedPlans::keep_only(const std::set<std::string>& moving) {
  std::erase_if(all_, [&](const auto& plan) { return !moving.contains(plan.first); });
}

void WalkedPlans::take(const TrippedOperations::Names& tripped) {
  for (const auto& [module, operation] : tripped) {
    const auto plan = all_.find(module);
    if (plan == all_.end()) continue;
    plan->second.tripped =
        Trip{operation, parts_.evidence.of(module, operation).burst().tripped_by()};
  }
}

}  // namespace banyan::strangler
