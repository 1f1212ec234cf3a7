// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/error.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/lease.hpp"

/// Work over several modules in steps (a saga: H. Garcia-Molina, K. Salem, "Sagas", 1987). What a
/// saga consists of is declared in kernel/saga_definition.hpp; who drives it is
/// kernel/saga_engine.hpp. Here: one instance as it is stored, and what an answer makes of it.
namespace banyan {

struct SagaTag {
  static constexpr std::string_view prefix = "sag";
};
using SagaId = Id<SagaTag>;

/// How patiently sagas are driven to their end.
struct SagaPolicy {
  std::chrono::milliseconds call_budget{2'000};  ///< for one call of another module
  std::chrono::milliseconds lease{6'000};        ///< longer than any call: whoever drives dies
  std::chrono::milliseconds first_backoff{100};  ///< doubled after every failure
  std::chrono::milliseconds longest_backoff{10'000};
  std::int64_t max_attempts = 60;  ///< answers to one step that were none; then it is stuck
  std::chrono::milliseconds poll_interval{100};  ///< of the background runner
  std::int64_t batch = 32;                       ///< sagas that one round of it takes up
  /// Threads that drive sagas in the background. 0: the runner's own, one saga after the other.
  std::size_t workers = 4;
  std::int64_t unanswered_in_a_row = 3;  ///< calls of one dependency; then all wait for one probe

  /// The longest that a saga may have to be left alone.
  std::chrono::milliseconds longest_wait() const { return std::max(lease, longest_backoff); }
};

/// What a step is to the saga's turning back.
enum class StepKind : std::uint8_t {
  Compensable,  ///< what it did can be undone
  Pivot,        ///< the point of no return: once it is done, the saga only goes on
  Retriable,    ///< behind the pivot: it succeeds some time, so it is asked until it does
  Await,        ///< behind the pivot: it asks whether something has happened elsewhere
};
BOOST_DESCRIBE_ENUM(StepKind, Compensable, Pivot, Retriable, Await)

enum class StepState : std::uint8_t {
  ToCome,  ///< or it has been asked for, and nobody knows what came of it
  Done,
  Refused,  ///< it did not happen, and never will
  Undone,
};
BOOST_DESCRIBE_ENUM(StepState, ToCome, Done, Refused, Undone)

enum class SagaStatus : std::uint8_t {
  Active,
  Done,    ///< every step is done
  Undone,  ///< every step is undone or never was
  Stuck,   ///< somebody must look: see SagaInstance::resume(), mark() and turn_back()
};
BOOST_DESCRIBE_ENUM(SagaStatus, Active, Done, Undone, Stuck)

enum class SagaPhase : std::uint8_t { Forward, Back };
BOOST_DESCRIBE_ENUM(SagaPhase, Forward, Back)

/// The calls that were made for one side of a step. Those of a holder that was gone before it wrote
/// down what came of its call are among them: whether it had made it, nobody knows.
struct StepCalls {
  std::int64_t calls = 0;
  std::optional<Timestamp> began;      ///< the first
  std::optional<Timestamp> ended;      ///< the last answer, or the end of the last waiting for one
  std::optional<std::string> problem;  ///< why the last one failed
  friend bool operator==(const StepCalls&, const StepCalls&) = default;
};
BOOST_DESCRIBE_STRUCT(StepCalls, (), (calls, began, ended, problem))

/// A step of an instance: written down whole when the saga begins, so that whoever looks at it sees
/// also what is to come.
struct SagaStep {
  std::string name;  ///< of the operation that does it
  std::string undo;  ///< of the operation that undoes it; "" when nothing does
  StepKind kind = StepKind::Compensable;
  std::string dependency;  ///< the module that is asked
  StepState state = StepState::ToCome;
  StepCalls doing;
  StepCalls undoing;
  std::optional<std::string> note;  ///< who marked it by hand, and why
  friend bool operator==(const SagaStep&, const SagaStep&) = default;
};
BOOST_DESCRIBE_STRUCT(SagaStep, (), (name, undo, kind, dependency, state, doing, undoing, note))

/// A definition in words, before anything runs: for whoever shows what there is.
struct SagaOutline {
  std::string name;
  std::int64_t version = 1;
  std::string summary;
  std::chrono::seconds deadline{0};  ///< from its beginning; 0 is none
  std::vector<SagaStep> steps;       ///< as a fresh instance has them
};

/// A saga as it is stored.
struct SagaRecord {
  SagaId id;
  std::string name;          ///< of its definition
  std::int64_t version = 1;  ///< of its definition; stays what it is
  std::string subject;       ///< what it is about; only one saga at a time is busy with it
  SagaStatus status = SagaStatus::Active;
  SagaPhase phase = SagaPhase::Forward;
  std::int64_t step = 0;      ///< the one it is at
  std::int64_t attempts = 0;  ///< answers to this step that were none; an outage does not count
  std::int64_t outages = 0;   ///< calls in a row that nobody answered
  std::string blocked_on;     ///< the dependency that does not answer; "" when none
  std::string holder;         ///< who drives it; "" when nobody does
  std::int64_t epoch = 0;     ///< one more with each holder; every write of a holder names its own
  LeaseTime waits_until;      ///< before it, nobody goes on with it but the holder
  Timestamp began;
  std::optional<Timestamp> ended;
  std::optional<Timestamp> deadline;  ///< then it turns back, if it still can; else it is overdue
  /// Why it turned back: a rule's name, or the word of who asked for it. Stays when that was too
  /// late and the saga went on.
  std::optional<std::string> turned_back;
  std::optional<std::string> problem;  ///< for people: why it turned back, or is where it is
  std::string correlation_id;          ///< of the request that began it
  std::string traceparent;  ///< of the same, for who goes on later; "" when nobody recorded it
  std::vector<SagaStep> steps;
  friend bool operator==(const SagaRecord&, const SagaRecord&) = default;
};

/// The call that a saga needs next.
struct SagaCall {
  std::size_t step = 0;
  bool undo = false;
  std::string name;
  std::string dependency;
  std::string key;  ///< the idempotency key: the same whenever this call is made
};

/// What came of a call.
enum class SagaOutcome : std::uint8_t {
  Done,
  Refused,   ///< an answer: it did not happen, and will not
  NotYet,    ///< an answer of an Await: ask again later
  NoAnswer,  ///< nobody there, or no answer: it may have happened or not
  Failed,    ///< an answer that is none: counted, and asked again
};
std::string_view to_string(SagaOutcome outcome);

/// Outages cost no attempts: only somebody who answers can fail. Only a module's own rule refuses
/// (see kernel/error_origin.hpp): a rule of the kit says that a request did not get as far, or that
/// its answer is not known, as when a proxy or an older service answers in the place of the one
/// that was asked.
SagaOutcome outcome_of(const Error& error);

struct SagaAnswer {
  SagaOutcome outcome = SagaOutcome::Done;
  std::string rule;     ///< of the error; "" for a success
  std::string problem;  ///< for people; "" for a success
  std::optional<Timestamp>
      began;  ///< absent when no call was made: the dependency is known to be out
};

/// When something happens: for people, and on the clock that leases are on.
struct SagaMoment {
  Timestamp time;
  LeaseTime lease;
};

/// One saga: persisted steps, driven by whoever holds its lease. Between any two calls the process
/// may die, and the next holder goes on: a call that was made and not written down is made again,
/// which every operation of a saga allows.
///
///     forward:   step 0 ─▶ step 1 ─▶ pivot ═▶ step 3 ═▶ Done        ═▶ only forward from here
///     back:      Undone ◀─ step 0 ◀─ step 1 ◀─ (refused, asked to, too late)
///
/// Going back begins at the step whose outcome is unknown: that one is undone too, also when it was
/// refused at last, for an earlier try of which there was no answer may have done it. What was
/// refused at its only try is skipped. A pivot that can be revoked is revoked first: whoever
/// answers it decides which of a turning back and a pivot that cross each other came first.
class SagaInstance {
 public:
  explicit SagaInstance(SagaRecord record) : record_(std::move(record)) {}
  const SagaRecord& data() const { return record_; }
  /// Of what nothing is left to do for.
  static SagaInstance over();

  /// Nothing unless it is active.
  std::optional<SagaCall> next() const;
  bool open() const {
    return record_.status == SagaStatus::Active || record_.status == SagaStatus::Stuck;
  }
  /// Not over, and its deadline has passed: it could not turn back any more, or is still about it.
  bool overdue(Timestamp now) const {
    return open() && record_.deadline && *record_.deadline <= now;
  }

  bool due(const LeaseTime& now, const SagaPolicy& policy) const;
  /// A new lease, and with it a new epoch: what the holder before writes from now on is refused.
  /// False when it is not active.
  bool take_over(std::string holder, const LeaseTime& now, const SagaPolicy& policy);
  bool held_by(const std::string& holder) const {
    return !holder.empty() && record_.holder == holder;
  }
  void renew(const LeaseTime& now, const SagaPolicy& policy);

  /// What an answer to next() means for what comes next. `jitter` is any number. Lets go of the
  /// lease when nothing can be done now.
  void take(const SagaCall& call, const SagaAnswer& answer, const SagaMoment& now,
            const SagaPolicy& policy, std::uint64_t jitter);
  /// It can be undone no more, or its own module says that it makes no sense.
  void stuck(std::string problem);

  enum class Turned : std::uint8_t {
    Back,     ///< it goes back now, or did before
    TooLate,  ///< past the point of no return
    Unknown,  ///< at a pivot that cannot be revoked: only its answer tells
    Ended,
  };
  /// What turn_back() would say; Ended also of one that goes back already and is not stuck.
  Turned could_turn_back() const;
  /// From now on the aim is to undo. Also revives one that is stuck.
  Turned turn_back(std::string why, std::optional<std::string> problem);
  /// When its time is over and it still can.
  bool turn_back_if_late(Timestamp now);

  /// A stuck one is active again, with a fresh count of attempts.
  bool resume();
  /// Stuck, or nobody drives it just now.
  bool may_be_retried() const;
  /// The same as resume(), also for one that waits for its next attempt. False unless
  /// may_be_retried().
  bool retry();
  /// Stuck, or waiting for somebody who does not answer, or for what does not come.
  bool may_be_marked() const;
  /// The call that it is at: "payments.capture", and on the way back "payments.void"; "" when it is
  /// over.
  std::string at_call() const;
  /// Somebody has looked, and says that the step it is at is done (forward) or undone (back). It
  /// goes on behind it. False unless may_be_marked().
  bool mark(const std::string& who, const std::string& why, Timestamp now);
  /// Who did something to it by hand, and why: kept with the step that it is at.
  void note(const std::string& what, const std::string& who, const std::string& why);
  /// Whoever drives it writes nothing any more; the next round takes it up at once.
  void take_from_holder();
  /// The dependency answers again, or what was awaited may have come.
  void wake() { record_.waits_until = {}; }

  /// Steps that have changed since it was read.
  const std::vector<std::size_t>& touched() const { return touched_; }

 private:
  void advance(Timestamp now);
  void retreat(Timestamp now);
  void go_back_from(std::int64_t step, Timestamp now);
  void note_lost_call();
  void wait(const std::string& problem, std::int64_t failures, const SagaMoment& now,
            const SagaPolicy& policy, std::uint64_t jitter);
  void count(const std::string& problem, const SagaMoment& now, const SagaPolicy& policy,
             std::uint64_t jitter);
  void end(SagaStatus status, Timestamp now);
  SagaStep& at() { return touch(static_cast<std::size_t>(record_.step)); }
  SagaStep& touch(std::size_t step);
  void fresh();

  SagaRecord record_;
  std::vector<std::size_t> touched_;
};

/// A definition that instances name.
struct SagaVersion {
  std::string name;
  std::int64_t version = 1;
  friend auto operator<=>(const SagaVersion&, const SagaVersion&) = default;
};

/// Which sagas a list shows.
struct SagaFilter {
  std::optional<SagaStatus> status;
  std::optional<std::string> subject;
  std::string before;  ///< older than this id; "" is the start
  std::int64_t limit = 50;
};

/// How many are not over.
struct SagaFigures {
  std::int64_t active = 0;
  std::int64_t stuck = 0;
  std::int64_t overdue = 0;  ///< of both: SagaInstance::overdue()
  friend bool operator==(const SagaFigures&, const SagaFigures&) = default;
};

/// The sagas of one module, inside one of its units of work: they are stored with what they change.
/// Adapters: MemorySagas, sql/sagas.hpp.
class SagaRows {
 public:
  virtual ~SagaRows() = default;
  virtual std::optional<SagaInstance> find(const SagaId& id) = 0;
  /// The one that was begun last about this subject.
  virtual std::optional<SagaInstance> newest_of(const std::string& subject) = 0;
  /// Newest first.
  virtual std::vector<SagaInstance> list(const SagaFilter& filter) = 0;
  /// Active ones that may go on, the longest waiting first; `longest` is how long one may have to
  /// wait at most. None that waits for one of `out`.
  virtual std::vector<SagaId> due(const LeaseTime& now, std::chrono::microseconds longest,
                                  const std::vector<std::string>& out, std::int64_t limit) = 0;
  /// One that waits for that dependency and is held by nobody who may still live: the one that has
  /// waited longest.
  virtual std::optional<SagaId> waiting_for(const std::string& dependency, const LeaseTime& now,
                                            std::chrono::microseconds longest) = 0;
  /// Definitions that sagas which are not over name.
  virtual std::vector<SagaVersion> open_versions() = 0;
  /// Looks at `limit` of those that are not over, at most.
  virtual SagaFigures figures(Timestamp now, std::int64_t limit) = 0;
  /// Those that somebody has to hear of, stuck or overdue: the oldest first.
  virtual std::vector<SagaInstance> in_trouble(Timestamp now, std::int64_t limit) = 0;

  /// False when another saga is busy with the subject.
  virtual bool add(const SagaInstance& saga) = 0;
  /// Writes what changed, if `epoch` is still the one in the table; false when it is not.
  virtual bool save(const SagaInstance& saga, std::int64_t epoch) = 0;
  /// All that wait for that dependency may go on, spread over `spread` from now.
  virtual void release(const std::string& dependency, const LeaseTime& now,
                       std::chrono::microseconds spread) = 0;
};

/// Sagas in a map: for memory stores. Copyable, as their tables are.
class MemorySagas final : public SagaRows {
 public:
  std::optional<SagaInstance> find(const SagaId& id) override;
  std::optional<SagaInstance> newest_of(const std::string& subject) override;
  std::vector<SagaInstance> list(const SagaFilter& filter) override;
  std::vector<SagaId> due(const LeaseTime& now, std::chrono::microseconds longest,
                          const std::vector<std::string>& out, std::int64_t limit) override;
  std::optional<SagaId> waiting_for(const std::string& dependency, const LeaseTime& now,
                                    std::chrono::microseconds longest) override;
  std::vector<SagaVersion> open_versions() override;
  SagaFigures figures(Timestamp now, std::int64_t limit) override;
  std::vector<SagaInstance> in_trouble(Timestamp now, std::int64_t limit) override;
  bool add(const SagaInstance& saga) override;
  bool save(const SagaInstance& saga, std::int64_t epoch) override;
  void release(const std::string& dependency, const LeaseTime& now,
               std::chrono::microseconds spread) override;

 private:
  std::map<SagaId, SagaRecord> sagas_;
};

}  // namespace banyan
