// SPDX-License-Identifier: Apache-2.0
#include "walked_plan.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace banyan::strangler {

WalkedPlan::WalkedPlan(std::string rollout, PlanDocument found, std::uint64_t at,
                       std::vector<JudgedOperation> all, std::string side,
                       const Conductor::Parts& given)
    : module(std::move(rollout)),
      parts(given),
      document(std::move(found)),
      version(at),
      operations(std::move(all)),
      judged_side(std::move(side)),
      runner(document.plan, parts.clock, document.mark),
      judge(operations, parts.rules),
      walked_at(parts.clock.steady()) {}

bool WalkedPlan::alone() const {
  return document.plan.steps[runner.step()].share == Percent::all();
}

bool WalkedPlan::is_under_way() const {
  return document.mark.state == PlanState::Running && document.mark.arrived;
}

std::uint64_t WalkedPlan::samples() const {
  std::uint64_t all = 0;
  for (const OperationVerdict& each : judge.verdicts()) all += each.samples;
  return all;
}

std::vector<OperationVerdict> WalkedPlan::verdicts() const {
  std::vector<OperationVerdict> all = judge.verdicts();
  if (parts.work == nullptr) return all;
  std::vector<OperationVerdict> of_work = parts.work->of(module);
  std::ranges::move(of_work, std::back_inserter(all));
  return all;
}

void WalkedPlan::read_again(PlanDocument found, std::uint64_t at) {
  const bool other_step = found.mark.step != document.mark.step || found.since != document.since;
  const bool taken_up =
      document.mark.state == PlanState::NeedsPerson && found.mark.state == PlanState::Running;
  document = std::move(found);
  version = at;
  runner = PlanRunner(document.plan, parts.clock, document.mark);
  steps_begun = 0;
  anew.clear();
  if (other_step) judge.begin_step(alone());
  if (taken_up) forgive();
}

void WalkedPlan::leave_out_what_nobody_saw() {
  const auto unseen = parts.clock.steady() - walked_at - Conductor::kMostBetweenTicks;
  if (unseen.count() <= 0) return;
  runner.leave_out(unseen);
  walked_at += unseen;
}

void WalkedPlan::begin_counting() {
  for (const JudgedOperation& each : operations) {
    OperationEvidence& evidence = parts.evidence.of(module, each.name);
    evidence.burst().reset();
    auto& before = readings[each.name];
    for (std::size_t i = 0; i < kGroups.size(); ++i) before[i] = evidence.read(kGroups[i]);
  }
}

void WalkedPlan::count() {
  for (const JudgedOperation& each : operations) {
    const std::string& operation = each.name;
    OperationEvidence& evidence = parts.evidence.of(module, operation);
    auto& before = readings[operation];
    std::array<Window, kGroups.size()> fresh;
    for (std::size_t i = 0; i < kGroups.size(); ++i) {
      const Window now = evidence.read(kGroups[i]);
      fresh[i] = now.since(before[i]);
      before[i] = now;
    }
    Moment moment{.new_side = fresh[0], .control = fresh[1], .old_side = fresh[1]};
    moment.old_side += fresh[2];
    judge.add(operation, moment);
    evidence.burst().set(judge.burst_rule(operation));
  }
}

void WalkedPlan::forgive() {
  tripped.reset();
  judge.forgive();
  if (parts.work != nullptr) parts.work->forgive(module);
  for (const JudgedOperation& each : operations) {
    parts.evidence.of(module, each.name).burst().reset();
  }
}

void WalkedPlan::tell(Conductor::Note::Kind kind, const std::string& message) {
  if (kind != Conductor::Note::Kind::Hindered) {
    hindrance.clear();
  } else if (std::exchange(hindrance, message) == message) {
    return;
  }
  if (parts.note) parts.note({kind, module, message});
}

}  // namespace banyan::strangler
