// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_runner.hpp"

#include <algorithm>
#include <utility>

namespace banyan {

bool SagaGates::enter(const std::string& dependency) {
  const std::lock_guard lock(mutex_);
  Gate& gate = gates_[dependency];
  if (!gate.out) return true;
  if (gate.probing || clock_->steady() < gate.next_probe) return false;
  gate.probing = true;
  return true;
}

bool SagaGates::answered(const std::string& dependency) {
  const std::lock_guard lock(mutex_);
  Gate& gate = gates_[dependency];
  const bool was_out = gate.out;
  gate = {};
  return was_out;
}

void SagaGates::unanswered(const std::string& dependency) {
  const std::lock_guard lock(mutex_);
  Gate& gate = gates_[dependency];
  if (gate.out && !gate.probing) return;  // begun before it was known
  if (gate.unanswered++ == 0) gate.since = clock_->steady();
  if (gate.unanswered < policy_.unanswered_in_a_row) return;
  gate.out = true;
  gate.probing = false;
  const std::chrono::microseconds longest = policy_.longest_backoff;
  const std::chrono::microseconds first = policy_.first_backoff;
  gate.wait = std::clamp(gate.wait * 2, first, longest);
  gate.next_probe = clock_->steady() + gate.wait;
}

void SagaGates::abandoned(const std::string& dependency) {
  const std::lock_guard lock(mutex_);
  gates_[dependency].probing = false;
}

std::chrono::steady_clock::duration SagaGates::unanswered_for(const std::string& dependency) const {
  const std::lock_guard lock(mutex_);
  const auto gate = gates_.find(dependency);
  if (gate == gates_.end() || gate->second.unanswered == 0) return {};
  return clock_->steady() - gate->second.since;
}

std::vector<std::string> SagaGates::out() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, gate] : gates_) {
    if (gate.out) names.push_back(name);
  }
  return names;
}

std::vector<std::string> SagaGates::to_probe() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, gate] : gates_) {
    if (gate.out && !gate.probing && clock_->steady() >= gate.next_probe) names.push_back(name);
  }
  return names;
}

SagaRunner::SagaRunner(const SagaPolicy& policy, Due due, Drive drive)
    : policy_(policy), due_(std::move(due)), drive_(std::move(drive)) {}

SagaRunner::~SagaRunner() {
  stopping_ = true;
  std::unique_ptr<Scheduler::Handle> rounds;
  {
    const std::lock_guard lock(mutex_);
    rounds = std::move(rounds_);
  }
  rounds.reset();
  workers_.reset();
}

void SagaRunner::start(Scheduler& scheduler) {
  if (policy_.workers > 0) {
    workers_ = make_worker_pool(policy_.workers, static_cast<std::size_t>(policy_.batch));
  }
  auto rounds = scheduler.every(policy_.poll_interval, [this] { round(); });
  const std::lock_guard lock(mutex_);
  rounds_ = std::move(rounds);
}

void SagaRunner::poke() {
  const std::lock_guard lock(mutex_);
  if (rounds_) rounds_->wake();
}

void SagaRunner::round() {
  hand_out();
  std::exception_ptr fault;
  {
    const std::lock_guard lock(mutex_);
    fault = std::exchange(fault_, nullptr);
  }
  if (fault) std::rethrow_exception(std::move(fault));
}

void SagaRunner::hand_out() {
  const std::vector<SagaId> due = due_(policy_.batch);
  for (const SagaId& id : due) {
    if (stopping_) return;
    if (!workers_) {
      drive_(id);
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      more_ = std::cmp_equal(due.size(), policy_.batch);
      if (!under_way_.insert(id).second) continue;
    }
    if (workers_->submit([this, id] { run(id); })) continue;
    const std::lock_guard lock(mutex_);
    under_way_.erase(id);
    return;
  }
}

void SagaRunner::run(const SagaId& id) {
  std::exception_ptr fault;
  try {
    if (!stopping_) drive_(id);
  } catch (...) {  // such as the database's: above is only a worker, and the process would end
    fault = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  under_way_.erase(id);
  if (fault) {
    fault_ = std::move(fault);
    return;  // nor a round at once: what is broken is left alone for an interval
  }
  if (more_ && under_way_.empty() && rounds_) rounds_->wake();
}

}  // namespace banyan
