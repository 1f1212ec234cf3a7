// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/operation.hpp"
#include "banyan/statistics/evidence.hpp"
#include "banyan/verdict/window.hpp"

namespace banyan::strangler {

enum class Judgement : std::uint8_t {
  BetterOrEqual,  ///< there is evidence that it is not worse by as much as matters
  CannotTell,     ///< not enough was seen for either; never taken for good
  Worse,
};
std::string_view to_string(Judgement judgement);

enum class Measure : std::uint8_t { Failures, Differences, Median, Slow, Slowest };
inline constexpr std::size_t kMeasures = 5;
std::string_view to_string(Measure measure);

struct JudgeRules {
  /// The probability that a new side which is like the old one is called worse in a day, for all
  /// operations and measures together, however often one looks.
  double false_alarms = 0.001;
  /// The probability, for each measure of each operation, that one which is worse by the margin is
  /// called better or equal.
  double false_all_clear = 0.05;
  /// How much larger a share of failures may be before it matters.
  double failure_margin = 0.005;
  /// The share of compared answers that may differ. Nothing that is known to be noise is counted.
  double differing = 0.001;
  double differing_margin = 0.005;
  /// A step over the network takes its time: the new side is slow only beyond the control group's
  /// time and this much more.
  double latency_tolerance = 0.25;
  std::chrono::microseconds latency_slack{2'000};
  /// So many comparisons are needed before an operation is better or equal; 0: it may have none.
  std::uint64_t compared = 0;
  /// Of events and of work: so many have to be known from before they moved; with fewer nobody can
  /// tell.
  std::uint64_t known_before = 0;
  /// Between two calls of Judge::add().
  std::chrono::milliseconds tick{250};

  /// For lanes of events and for workers: nobody waits for one, and another process hears of it
  /// later than this one, so that only a lag that somebody could notice counts.
  static JudgeRules of_work();
};

/// What of an operation is counted.
enum class Counted : std::uint8_t {
  Requests,
  Events,  ///< of a lane, which a switch of traffic does not move
  Work,    ///< of a module's worker, which is where the module runs
};
std::string_view to_string(Counted counted);
/// What nobody requests, so that no switch of traffic moves it.
constexpr bool is_unasked(Counted counted) { return counted != Counted::Requests; }

/// What is judged: an operation, or the writes of one that has reads as well, or a lane of events,
/// or a worker of the module. Reads move by shares, so that both sides answer in the same seconds;
/// writes move as a whole, lanes at a position of their log, and workers with their module, so that
/// the old side's are what came before.
struct JudgedOperation {
  JudgedOperation(std::string called, Effect has = Effect::Read)
      : name(std::move(called)), effect(has) {}
  JudgedOperation(const char* called) : name(called) {}
  /// What a module hears of another one: "events of payments".
  static JudgedOperation lane_from(std::string_view source);
  /// What a module does by itself: "worker sagas".
  static JudgedOperation worker(std::string_view name);

  std::string name;
  Effect effect = Effect::Read;
  Counted counted = Counted::Requests;
  friend bool operator==(const JudgedOperation&, const JudgedOperation&) = default;
};

/// One measure of one operation.
struct Finding {
  Measure measure;
  Judgement judgement = Judgement::CannotTell;
  bool measured = false;      ///< there was anything to go by
  double evidence_worse = 0;  ///< natural logarithm of the e-value, see statistics/evidence.hpp
  double evidence_all_clear = 0;
  statistics::Tally suspect;  ///< of the last minute: failures, differences, slow requests
  statistics::Tally reference;
  /// Observations of the new side by which `evidence_all_clear` came, since the step began.
  std::uint64_t weighed = 0;
  /// What the reference's share is taken for by now.
  double usual = 0;
  /// Of requests that have all moved: nobody is left on the old side to be compared with in the
  /// same seconds, and the new side is held to `usual`, what was seen before.
  bool alone = false;
  /// So often there was evidence since the step began that it takes longer than before, which
  /// nobody is left to tell from a busy day. No verdict: see Judge.
  std::uint64_t put_aside = 0;
};

/// What an operation lacks to be better or equal, of the measure that lacks most. A forecast, by
/// what has come since the step began.
struct Missing {
  Measure measure = Measure::Failures;
  double evidence = 0;  ///< of what is needed so much is there: 0 … 1
  /// About so many more have to come; nothing: nobody can say.
  std::optional<std::uint64_t> more{};
  bool of_old_side = false;  ///< to the old side's control group, to know what is usual
  std::optional<std::chrono::seconds> time{};  ///< that these take, as they come now
};

struct OperationVerdict {
  std::string operation;
  Judgement judgement = Judgement::CannotTell;
  std::string reason;         ///< for people, with the figures
  std::uint64_t samples = 0;  ///< requests on the new side since the step began
  std::uint64_t compared = 0;
  Effect effect = Effect::Read;
  /// Of writes, events and work: what was seen on the old side, to which the new one is held.
  std::uint64_t before = 0;
  Counted counted = Counted::Requests;
  std::vector<Finding> findings;
  statistics::Tally failed{};        ///< of the new side since the step began: of `samples`
  statistics::Tally failed_old{};    ///< of all of the old side meanwhile; of writes: before
  std::optional<Missing> missing{};  ///< where it cannot be told for want of evidence
  /// Of requests that have all moved: in the last minute more than half of them took longer than 99
  /// of 100 did before. Somebody should look, though nobody can tell whether it is the new side.
  bool far_slower = false;
};

/// The counters of one operation in the same moment.
struct Moment {
  Window new_side;
  Window control;   ///< see Group
  Window old_side;  ///< all of it, with the control group
};

/// Weighs the new side of a rollout against the old one, operation by operation, from windows of
/// the same time on both.
///
/// *Failures* are compared with all of the old side: an error is one however warm a cache is.
/// *Times* are compared with the control group, without any assumption about their distribution:
/// the share of requests that take longer than the control group's median, 90th and 99th percentile
/// did before. *Differences* of answers are held to a fixed share. Each is a test that may be
/// looked at at any time (statistics/evidence.hpp), with the false alarms of JudgeRules divided
/// evenly among measures and operations.
///
/// *Writes* have no two sides in the same second. While they are on the old side it is learnt what
/// is usual of them, and on the new side they are held to that, as reads are when all have moved. A
/// measure of which nothing was known before is not judged, and the reason says so.
///
/// *Times without anybody to compare with*, of reads that have all moved and of writes that have,
/// are no reason to call a side worse: a machine that becomes busier is slow for both, and there is
/// only one. They may be as they were, which is better or equal; else nobody can tell. Failures are
/// judged there as anywhere.
///
/// *Events* are judged like writes, before and after: what failed at its first attempt, and the lag
/// from publication to handling. Too few from before the lane moved, and nobody can tell, neither
/// for it nor against. So is the *work* of a module's workers, by the lag from when a unit was due
/// to when it was begun; where both sides are at work, on the same tables, what is usual is learnt
/// meanwhile.
///
/// What it can do, measured by tests/unit/verdict (see docs/adr/0034): at 1,000 requests/s and 0.1
/// % of failures before, two per cent more of them at a share of 25 % are found after 4.1 s on
/// average (95 of 100 within 5.5 s), twice the time at a share of 5 % after 8 s. Of two equal sides
/// none was called worse in the simulated days there.
///
/// What it cannot: users differ. A single user who fails always is one observation to fate, and
/// many to this; see that ADR. Not safe for concurrent use; takes its time from who calls it.
class Judge {
 public:
  /// `operations`: all that there are, so that one without any traffic is told by name.
  explicit Judge(std::vector<JudgedOperation> operations, JudgeRules rules = {});
  ~Judge();
  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;

  /// One more, that nobody knew of at the beginning: the false alarms are divided anew. One that is
  /// known stays as it is.
  void admit(JudgedOperation operation);

  /// A step of the plan begins: what is to be shown of it is shown anew. Evidence that it is worse
  /// stays. `alone`: nothing is left on the old side, and the new one is held to what that was
  /// like.
  void begin_step(bool alone);
  /// Somebody has looked into what was worse, and wants it judged anew: evidence that it is worse
  /// is forgotten, what is usual stays.
  void forgive();

  /// What happened since the last call; see JudgeRules::tick. Unknown operations are passed over.
  void add(std::string_view operation, const Moment& moment);

  /// One for each operation, in the order of their names.
  std::vector<OperationVerdict> verdicts() const;

  /// What was seen since the step began, and what is usual, for a process that goes on with the
  /// step. Of requests: lanes and workers have their own.
  std::string kept() const;
  enum class Memory : std::uint8_t {
    All,    ///< what was seen, as if it had been seen here
    Usual,  ///< only what the old side is usually like
  };
  /// Goes on from there, in a step that has begun here. Operations that it does not know of are as
  /// they were, and so is what was seen here that speaks more against the new side. False, and
  /// nothing is changed, when it cannot be read.
  bool go_on(std::string_view kept, Memory what);

  /// What the operation's ErrorBurst should go by now.
  statistics::BurstRule burst_rule(std::string_view operation) const;

 private:
  class Bench;
  /// The evidence, as the logarithm of an e-value, at which one of so many is worse.
  double worse_at() const;

  std::unique_ptr<const JudgeRules> rules_;
  std::map<std::string, std::unique_ptr<Bench>, std::less<>> benches_;
};

/// The judgement of all together: worse if one is, better or equal if all are. Writes of which none
/// has been on the new side are passed over: they have not moved. So are lanes and workers of which
/// nobody can tell: they are evidence against a new side and none for it.
Judgement overall(const std::vector<OperationVerdict>& verdicts);

/// For the switch log and the dashboard.
std::string to_json(const std::vector<OperationVerdict>& verdicts);

}  // namespace banyan::strangler
