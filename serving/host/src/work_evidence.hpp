// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/events/transport.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/promotion/work_verdicts.hpp"
#include "banyan/telemetry/log.hpp"
#include "banyan/telemetry/metric.hpp"
#include "banyan/verdict/judge.hpp"
#include "banyan/verdict/window.hpp"
#include "usual_of_work.hpp"

namespace banyan::host {

/// Whose lag an event has. What was published while this process brought nothing, as before it was
/// started, has waited for that; and what is published until it has caught up waits behind it. It
/// has caught up with an event that was published after the one before was handled. A follower that
/// lags is never seen to have: so this lasts at most some times as long as the first of them
/// waited.
class CatchingUp {
 public:
  void interrupt() { interrupted_ = true; }
  /// Whether an event that is handled now has waited for this process.
  bool excuses(const Timestamp& published, const Timestamp& now);

 private:
  /// As long as it takes where events come three quarters as fast as they can be handled.
  static constexpr int kTimes = 3;
  /// Longer ago is what an operator has released, which says nothing of this process.
  static constexpr std::chrono::minutes kLongestWait{10};

  bool interrupted_ = true;
  Timestamp border_;  ///< what was published until then has waited
  Timestamp until_;   ///< the border stays where it is from then on
};

/// What is counted of one lane: each event that the follower follows once, by what became of its
/// first attempt, on the side that it was delivered to. Safe for concurrent use.
///
/// The follower's failure is a refusal, and, at a service, that nobody or something else answers.
/// What this process is unable to do (its database, its sockets), what a service has enough of, and
/// what has to come later is nobody's; so is the lag that comes of it. What was published before
/// this began is not counted at all: a process before this one may have made its first attempt.
class LaneCounters {
 public:
  /// `subscribes`: what the follower follows, "payments.payment_captured". The clock must outlive
  /// it.
  LaneCounters(const std::vector<std::string>& subscribes, const Clock& clock);

  void note(Side side, std::span<const events::Envelope> events,
            const events::Deliveries& deliveries);
  strangler::Window read(Side side) const { return of(side).read(); }

 private:
  using Event = std::pair<std::string, std::int64_t>;  ///< key and ordinal

  const strangler::SideCounters& of(Side side) const {
    return side == Side::Local ? here_ : elsewhere_;
  }
  bool follows(const events::Envelope& event) const;
  /// Its first attempt was not made before this began.
  bool is_ours(const events::Envelope& event) const { return event.time >= began_; }
  bool fails_first(const events::Envelope& event);
  void handled(strangler::SideCounters& counters, const events::Envelope& event,
               const Timestamp& now);

  const std::set<std::string, std::less<>> subscribes_;
  const Clock* clock_;
  const Timestamp began_;
  strangler::SideCounters here_, elsewhere_;
  std::mutex mutex_;
  CatchingUp catching_up_;
  std::set<Event> failed_;  ///< counted, and not handled yet
};

/// What modules make of the events that this process brings them: in one line,
///
///     delivery → LaneCounters → Judge → WorkVerdicts → Conductor
///
/// A lane changes sides when the process is started with other modules, at a position of the log,
/// so that what was usual of it here has to outlive the process: it is kept in a file, once a
/// minute. Evidence is not. Safe for concurrent use, once begun.
class WorkEvidence final : public strangler::WorkVerdicts {
 public:
  static constexpr std::chrono::milliseconds kTick{250};
  static constexpr std::chrono::minutes kWrite{1};

  /// `file`: what is usual; it need not be there. Clock and log must outlive it.
  WorkEvidence(std::string file, const Clock& clock, const telemetry::Log& log,
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

  std::vector<strangler::OperationVerdict> of(std::string_view follower) const override;
  void forgive(std::string_view follower) override;
  /// Of one lane; nothing where this process does not bring its events.
  std::optional<strangler::OperationVerdict> of(std::string_view source,
                                                std::string_view follower) const;
  std::vector<telemetry::Sample> samples() const;

 private:
  struct Lane {
    std::string source;
    std::string follower;
    std::string name;  ///< see JudgedOperation::lane_from()
    std::unique_ptr<LaneCounters> counters;
    strangler::Window here{}, elsewhere{};  ///< at the last tick
  };

  void write();

  const std::string file_;
  const Clock* clock_;
  const telemetry::Log* log_;
  const strangler::JudgeRules rules_;

  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
  std::map<std::string, strangler::Judge, std::less<>> judges_;  ///< by follower
  UsualOfWork usual_;
  SteadyTime write_at_{};
  bool failing_ = false;
  std::unique_ptr<Scheduler::Handle> ticking_;
};

}  // namespace banyan::host
