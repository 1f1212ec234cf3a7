// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/saga_work.hpp"

namespace banyan {
namespace {

std::optional<std::int64_t> awaited_step(const SagaRecord& saga) {
  if (saga.status != SagaStatus::Active || saga.phase != SagaPhase::Forward) return std::nullopt;
  const SagaStep& step = saga.steps.at(static_cast<std::size_t>(saga.step));
  if (step.kind != StepKind::Await || step.doing.calls == 0) return std::nullopt;
  return saga.step;
}

}  // namespace

SagaTurn::SagaTurn(const SagaRecord& saga, std::optional<std::chrono::microseconds> lag)
    : first_(saga.holder.empty() && saga.attempts == 0 && saga.outages == 0),
      awaited_(awaited_step(saga)),
      lag_(lag) {}

void SagaTurn::got_on(WorkObserver* told, const SagaRecord& now) const {
  if (!awaited_ || awaited_step(now) != awaited_) tell(told, false);
}

void SagaTurn::tell(WorkObserver* told, bool failed) const {
  if (told == nullptr || !first_) return;
  told->worked({.worker = kSagaWorker, .failed = failed, .lag = lag_});
}

}  // namespace banyan
