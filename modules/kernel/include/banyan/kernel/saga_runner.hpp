// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/saga.hpp"

namespace banyan {

/// Which of a module's dependencies answer, as its sagas have found out: one that left several
/// calls in a row unanswered is out. Then its sagas wait, and from time to time one of them is let
/// through to see (the circuit breaker of M. Nygard, "Release It!"). Kept by this process only.
/// Safe for concurrent use.
class SagaGates {
 public:
  /// `clock` must outlive it.
  SagaGates(const SagaPolicy& policy, const Clock& clock) : policy_(policy), clock_(&clock) {}

  /// May that dependency be called now? While it is out, true once for each probe.
  bool enter(const std::string& dependency);
  /// It answered. True when it was out until now: then all that wait for it may go on.
  bool answered(const std::string& dependency);
  void unanswered(const std::string& dependency);
  /// The call was not made after all.
  void abandoned(const std::string& dependency);

  /// For how long it has left every call unanswered; zero when it has not.
  std::chrono::steady_clock::duration unanswered_for(const std::string& dependency) const;

  std::vector<std::string> out() const;
  /// Those that are out and due for a probe.
  std::vector<std::string> to_probe() const;

 private:
  struct Gate {
    std::int64_t unanswered = 0;
    SteadyTime since{};  ///< of the first of these
    bool out = false;
    bool probing = false;
    std::chrono::microseconds wait{};
    SteadyTime next_probe{};
  };

  const SagaPolicy policy_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  std::map<std::string, Gate, std::less<>> gates_;
};

/// Whether a dependency may be called, for one call; see SagaGates.
class SagaPermit {
 public:
  SagaPermit(SagaGates& gates, const std::string& dependency)
      : gates_(gates), dependency_(dependency), granted_(gates.enter(dependency)) {}
  ~SagaPermit() {
    if (granted_ && !told_) gates_.abandoned(dependency_);
  }
  SagaPermit(const SagaPermit&) = delete;
  SagaPermit& operator=(const SagaPermit&) = delete;
  bool granted() const { return granted_; }
  /// True when it had been out until now.
  bool tell(SagaOutcome outcome) {
    told_ = true;
    if (outcome != SagaOutcome::NoAnswer) return gates_.answered(dependency_);
    gates_.unanswered(dependency_);
    return false;
  }

 private:
  SagaGates& gates_;
  const std::string& dependency_;
  bool granted_;
  bool told_ = false;
};

/// Hands due sagas to a few threads, so that one that waits for an answer keeps no other back.
/// The one round at a time is a task of the module's host's scheduler. What a thread meets while it
/// drives a saga is thrown by the next round, so that the scheduler tells of it as of any fault in
/// the background, the last one when there are several; the saga is due again when its lease is
/// over.
class SagaRunner {
 public:
  /// What there is to do now, at most `limit`.
  using Due = std::function<std::vector<SagaId>(std::int64_t limit)>;
  using Drive = std::function<void(const SagaId&)>;

  SagaRunner(const SagaPolicy& policy, Due due, Drive drive);
  /// Finishes the steps that are under way; what has not begun is left to the next process.
  ~SagaRunner();
  SagaRunner(const SagaRunner&) = delete;
  SagaRunner& operator=(const SagaRunner&) = delete;

  /// Throws what `due` throws, or what a drive has thrown since the last round.
  void round();
  void start(Scheduler& scheduler);
  /// A round now, if it has been started.
  void poke();

 private:
  void hand_out();
  void run(const SagaId& id);

  const SagaPolicy policy_;
  const Due due_;
  const Drive drive_;
  std::mutex mutex_;
  std::set<SagaId> under_way_;
  bool more_ = false;         ///< the last round may not have seen all
  std::exception_ptr fault_;  ///< of a drive that nobody has been told of
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Executor> workers_;
  std::unique_ptr<Scheduler::Handle> rounds_;
};

}  // namespace banyan
