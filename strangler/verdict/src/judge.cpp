// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/judge.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "bench.hpp"
#include "judge_memory.hpp"

namespace banyan::strangler {

// The rules are on the heap so that what points to them survives a move.
Judge::Judge(std::vector<JudgedOperation> operations, JudgeRules rules)
    : rules_(std::make_unique<const JudgeRules>(rules)) {
  for (JudgedOperation& each : operations) admit(std::move(each));
}

Judge::~Judge() = default;
Judge::Judge(Judge&&) noexcept = default;
Judge& Judge::operator=(Judge&&) noexcept = default;

void Judge::admit(JudgedOperation operation) {
  std::string name = operation.name;
  if (benches_.contains(name)) return;
  benches_.emplace(std::move(name), std::make_unique<Bench>(std::move(operation), *rules_));
}

double Judge::worse_at() const {
  const double tests = static_cast<double>(std::max<std::size_t>(1, benches_.size()) * kMeasures);
  return std::log(tests / rules_->false_alarms);
}

void Judge::begin_step(bool alone) {
  for (auto& [name, bench] : benches_) bench->begin_step(alone);
}

void Judge::forgive() {
  for (auto& [name, bench] : benches_) bench->forgive();
}

void Judge::add(std::string_view operation, const Moment& moment) {
  const auto found = benches_.find(operation);
  if (found == benches_.end()) return;
  found->second->add(moment);
  found->second->put_times_aside(worse_at());
}

std::string Judge::kept() const {
  std::vector<OperationMemory> all;
  for (const auto& [name, bench] : benches_) {
    if (auto memory = bench->memory()) all.push_back(*std::move(memory));
  }
  return to_text(all);
}

bool Judge::go_on(std::string_view kept, Memory what) {
  const auto all = operation_memories_from(kept);
  if (!all) return false;
  for (const OperationMemory& each : *all) {
    const auto found = benches_.find(each.operation);
    if (found == benches_.end()) continue;
    if (what == Memory::All) {
      found->second->go_on(each);
    } else {
      found->second->know_what_is_usual(each);
    }
  }
  return true;
}

std::vector<OperationVerdict> Judge::verdicts() const {
  std::vector<OperationVerdict> all;
  all.reserve(benches_.size());
  for (const auto& [name, bench] : benches_) all.push_back(bench->verdict(worse_at()));
  return all;
}

statistics::BurstRule Judge::burst_rule(std::string_view operation) const {
  const auto found = benches_.find(operation);
  if (found == benches_.end()) return statistics::BurstRule::of(0.01, 1e8, rules_->false_alarms);
  return found->second->burst_rule();
}

Judgement overall(const std::vector<OperationVerdict>& verdicts) {
  const auto unasked = [](const OperationVerdict& each) { return is_unasked(each.counted); };
  // Also when there is none of either.
  Judgement worst =
      std::ranges::all_of(verdicts, unasked) ? Judgement::CannotTell : Judgement::BetterOrEqual;
  for (const OperationVerdict& each : verdicts) {
    const bool passed_over = unasked(each) || (each.effect == Effect::Write && each.samples == 0);
    if (passed_over && each.judgement == Judgement::CannotTell) continue;
    worst = std::max(worst, each.judgement);
  }
  return worst;
}

}  // namespace banyan::strangler
