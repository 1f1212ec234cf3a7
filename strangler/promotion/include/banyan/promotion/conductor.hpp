// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/promotion/work_verdicts.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/verdict/judge.hpp"
#include "banyan/verdict/plan_runner.hpp"

namespace banyan::strangler {

/// The operations of a rollout whose requests may go to either side, by the names that their
/// evidence has; the writes of one that has reads as well are one more. Must be safe for concurrent
/// use.
using OperationsOf = std::function<std::vector<JudgedOperation>(std::string_view rollout)>;

/// What evidence about a rollout's new side is about, as a text that is another one when it is:
/// where that side is, and when its answers count as the same. Must be safe for concurrent use.
using JudgedSideOf = std::function<std::string(std::string_view rollout)>;

/// Walks the rollouts through their plans: four times a second it reads what happened on both sides
/// of each operation, has it judged, and does what the plan answers. In one line:
///
///     request → OperationEvidence → Judge → PlanRunner → Switchboard → control store
///
/// The plan is in the control store and changes in the same transaction as the traffic, by its
/// version: what somebody has ordered meanwhile (an abort, a pause, a shift) is never undone by
/// what this had begun, and a process that is killed at any point leaves the one state or the
/// other. Whoever goes on (after a restart, a take-over, or with the seat of another) takes the
/// step up where it was: how long it has lasted, and what was seen in it unless another build of
/// the program has seen it, or of another new side, are in a file beside the store, written now and
/// then.
///
/// Where several processes share the store, each judges by the requests that it has seen itself.
/// One of them, whoever has the seat, takes rollouts forward, and along the steps on a way back;
/// each of them begins a way back. In every tick those that go back come first, and the new side of
/// one that goes forward is asked aside, so that nobody who goes back waits for it.
///
/// Writes it moves where the plan has a step for that, and brings them home only if it was the plan
/// that has moved them, by the switch log, and if they may come home without a person
/// (why_writes_stay() in stages/legality.hpp). Where a person has moved them the plan is over.
///
/// tick() on one thread at a time; the rest is safe for concurrent use.
class Conductor {
 public:
  static constexpr std::chrono::milliseconds kTick{250};
  /// What counts at most, of the time between two ticks, as time that a step has lasted: a process
  /// that was stopped or frozen meanwhile, or could not read the control store, has seen nothing.
  static constexpr std::chrono::seconds kMostBetweenTicks{5};
  /// Until a step forward that did not go is tried again.
  static constexpr std::chrono::seconds kPatience{5};

  /// Something that people should be told of, beside the switch log.
  struct Note {
    enum class Kind : std::uint8_t {
      Moved,
      WentBack,
      Hindered,
      NeedsPerson,
      TakenUp,  ///< this process goes on with a step that was begun before
      NotKept,  ///< what a next process would need to go on cannot be written
    };
    Kind kind;
    std::string module;
    std::string message;
  };

  struct Parts {
    Switchboard& board;
    TrafficEvidence& evidence;
    OperationsOf operations;
    const Clock& clock;
    std::string seat;        ///< a file beside the store
    std::string progress{};  ///< another one: how far steps have come; "": that is not kept
    std::function<void(const Note&)> note;
    JudgeRules rules{};
    Executor* aside = nullptr;  ///< where new sides are asked; null: in the tick, as simulations do
    WorkVerdicts* work = nullptr;  ///< of what nobody requests; null: nobody judges it
    std::string program{};         ///< the build that runs; "": by the file of this program
    JudgedSideOf judged_side{};    ///< empty: always the same
  };
  /// What the parts refer to must outlive it.
  explicit Conductor(Parts parts);
  ~Conductor();

  /// From now on it ticks by itself; until end(), which waits for a tick that runs.
  void begin(Scheduler& scheduler);
  void end();

  void tick();
  /// There is something to do, before the next tick.
  void wake();
  /// Failures of the new side have become a burst: all of its traffic goes back, if it is by a plan
  /// that it is there. Never waits.
  void trip(std::string_view rollout, std::string_view operation);

  /// What was found at the last tick of a rollout whose plan moves.
  struct View {
    std::vector<OperationVerdict> verdicts;
    std::string reason;     ///< why it stays, or what is in the way
    bool conducts = false;  ///< this process takes it forward
    /// Of the plan that it is about: the verdicts are of the one that was begun then, the reason of
    /// that version (StoredPlan). The store may have another one by now: an order and another
    /// process change it between two ticks, and this one before it shows what it has found.
    Timestamp begun{};
    std::uint64_t version = 0;
  };
  View view(std::string_view module) const;

  /// Why a plan that begins now would go back at once: the new side is known to answer otherwise,
  /// by what was compared since `begin`; nothing where nobody knows. See answers_differ(), which
  /// objects by it.
  std::optional<std::string> what_differs(std::string_view module, Timestamp begin) const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace banyan::strangler
