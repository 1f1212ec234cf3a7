// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/events/transport.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/promotion/work_verdicts.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metric.hpp"
#include "banyan/verdict/judge.hpp"
#include "banyan/verdict/window.hpp"
#include "lane_counters.hpp"
#include "usual_of_work.hpp"
#include "work_ledger.hpp"

namespace banyan::host {

/// What modules make of what nobody requests, the events that this process brings them and the work
/// of their workers: in one line,
///
///     delivery → LaneCounters ─┬─▶ Judge → WorkVerdicts → Conductor
///     worker   → WorkLedger ───┘
///
/// A lane changes sides when the process is started with other modules, at a position of the log,
/// and a worker with its module: so what was usual of them here has to outlive the process. It is
/// kept in a file, once a minute. Evidence is not. Safe for concurrent use, once begun.
class WorkEvidence final : public strangler::WorkVerdicts {
 public:
  static constexpr std::chrono::milliseconds kTick{250};
  static constexpr std::chrono::minutes kWrite{1};

  /// `file`: what is usual; it need not be there. `ledger`: of the workers; null: there are none.
  /// All must outlive it.
  WorkEvidence(std::string file, const Clock& clock, const telemetry::Log& log,
               const WorkLedger* ledger = nullptr,
               const strangler::JudgeRules& rules = strangler::JudgeRules::of_work());
  ~WorkEvidence() override;
  WorkEvidence(const WorkEvidence&) = delete;
  WorkEvidence& operator=(const WorkEvidence&) = delete;

  /// The same way, of which is counted what it brings. Before begin(); this must outlive it.
  std::unique_ptr<events::EventTransport> watched(std::unique_ptr<events::EventTransport> way,
                                                  const std::string& source,
                                                  const std::string& follower,
                                                  const std::vector<std::string>& subscribes);

  void begin();
  void keep_judging(Scheduler& scheduler);
  /// Writes down what is usual. No more is judged.
  void end();
  void tick();

  /// Of the lanes that a module follows by, and of its workers; also of those that nobody has heard
  /// of since this began and that were here before.
  std::vector<strangler::OperationVerdict> of(std::string_view module) const override;
  void forgive(std::string_view module) override;
  /// Of one lane; nothing where this process does not bring its events.
  std::optional<strangler::OperationVerdict> of_lane(std::string_view source,
                                                     std::string_view follower) const;
  /// Of one worker; nothing where nobody has heard of its work yet.
  std::optional<strangler::OperationVerdict> of_worker(std::string_view module,
                                                       std::string_view worker) const;
  std::vector<telemetry::Sample> samples() const;

 private:
  struct Readings {  ///< at the last tick
    strangler::Window here{}, elsewhere{};
  };
  struct Lane {
    std::string source;
    std::string follower;
    std::unique_ptr<LaneCounters> counters;
    Readings last{};
  };

  /// From now on it is judged, by what was usual of it.
  void admit(const std::string& module, strangler::JudgedOperation what,
             const UsualOfWork::Name& usual);
  void weigh(const std::string& module, const strangler::JudgedOperation& what,
             const UsualOfWork::Name& usual, Readings& last, const Readings& now);
  std::optional<strangler::OperationVerdict> find(std::string_view module,
                                                  const strangler::JudgedOperation& what) const;
  void write();

  const std::string file_;
  const Clock* clock_;
  const telemetry::Log* log_;
  const WorkLedger* ledger_;
  const strangler::JudgeRules rules_;

  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
  std::map<std::pair<std::string, std::string>, Readings> workers_;  ///< by module and worker
  std::map<std::string, strangler::Judge, std::less<>> judges_;      ///< by module
  bool begun_ = false;
  UsualOfWork usual_;
  SteadyTime write_at_{};
  bool failing_ = false;
  std::unique_ptr<Scheduler::Handle> ticking_;
};

}  // namespace banyan::host
