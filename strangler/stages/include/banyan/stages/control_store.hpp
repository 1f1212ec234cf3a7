// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/result.hpp"
#include "banyan/stages/traffic.hpp"

namespace banyan::strangler {

/// Where a module stands.
struct Rollout {
  std::string module;
  Traffic traffic;
  std::uint64_t revision = 0;  ///< of the table when it last changed; 0 is never
};

/// The newest form of a line that this version writes and reads.
inline constexpr std::int64_t kLogFormat = 1;

/// What a line of the switch log tells of. A newer version may know others; these are shown, and
/// their hashes checked, by their name.
inline constexpr std::string_view kStageLine = "stage";    ///< traffic went elsewhere
inline constexpr std::string_view kPlanLine = "plan";      ///< what moves it by itself has changed
inline constexpr std::string_view kRoutesLine = "routes";  ///< routes, upstreams or rollouts have

inline constexpr std::array kLineKinds = {kStageLine, kPlanLine, kRoutesLine};

/// One line of the switch log. `hash` covers every other field, so no line can be changed, taken
/// out or put elsewhere without breaking the chain.
///
/// Lines of stages are the revisions. All others are notes beside them, and no revision: each names
/// the note and the stage line before it, and each stage line names the note before it, so that
/// both are one chain (docs/adr/0043).
struct LogEntry {
  std::int64_t format = kLogFormat;  ///< how the fields are hashed
  std::string kind{kStageLine};
  /// 1, 2, 3 … without gaps; the table's revision after the change. Of a note: the revision that it
  /// was written at.
  std::uint64_t seq = 0;
  std::uint64_t note = 0;  ///< of a note: 1, 2, 3 … without gaps; else 0
  Timestamp time;
  std::string module;  ///< "" of routes, which are of all
  std::string who;
  std::string why;
  /// JSON. Of a stage line Traffic, see to_json(), and in `after` the `noted` hash of the last note
  /// before it, if there is one; of a plan its state and step; of routes the hash of the table.
  std::string before;
  std::string after;          ///< the same
  std::string evidence;       ///< what the decision rested on, free text or JSON; "" is none
  std::string previous_hash;  ///< 64 hexadecimal digits; of the first line 64 zeros
  std::string hash;           ///< SHA-256, 64 lower-case hexadecimal digits
  /// Of a note: hash of the stage line `seq`, as previous_hash is of the note before it.
  std::string stage_hash{};
};

/// The stages of all rollouts at one moment.
struct Stand {
  std::uint64_t revision = 0;     ///< number of the last change of a stage; 0 is none yet
  std::string head;               ///< hash of its line; 64 zeros when there is none
  std::vector<Rollout> rollouts;  ///< sorted by module
  std::uint64_t lines = 0;        ///< of the log, of every kind
  std::string log_head{};         ///< hash of the last of them; see `head`

  const Rollout* find(std::string_view module) const;
};

/// What the switch log takes at most, in bytes.
inline constexpr std::size_t kLongestWho = 200;
inline constexpr std::size_t kLongestWhy = 2'000;

/// Who asks for a change, and why. Both are required.
struct Reason {
  std::string who;
  std::string why;
  std::string evidence{};
  /// The rollout's revision that it was decided by: a change of one that has changed since is
  /// refused (Conflict "banyan.stale_revision"), so that a step that is asked for twice is one
  /// step.
  std::optional<std::uint64_t> from{};
};

/// What is wrong with it, each with its JSON pointer; empty: nothing.
std::vector<Detail> faults_of(const Reason& reason);

/// What stood on both sides of a rollout when a process last looked, see Witness.
struct Sighting {
  std::string module;
  Topology topology;

  friend bool operator==(const Sighting&, const Sighting&) = default;
};

/// How a rollout is to move by itself, as whoever walks it wrote it down: kept here so that it
/// changes together with the traffic, or not at all. Of what it says, the store reads no more than
/// the state and the step, for the log.
struct StoredPlan {
  std::string module;
  std::string document;       ///< JSON; "": there has never been one
  std::uint64_t version = 0;  ///< grows with each change; 0: there has never been one
  /// Whoever changes it may say who is to be in the log; "": who moves the traffic. Not kept.
  std::string who{};
};

/// A part of the table that requests go by, with the hash of what it says: a route, an upstream, a
/// rollout. What is as short as its hash may stand for itself.
struct TablePart {
  std::string name;  ///< "route catalog.get_album"
  std::string hash;  ///< of its canonical form

  friend bool operator==(const TablePart&, const TablePart&) = default;
};
/// Of all parts, which are sorted by name.
std::string hash_of_table(const std::vector<TablePart>& table);

struct Verification {
  std::uint64_t entries = 0;
  std::string head;                   ///< hash of the last line that was read
  std::vector<std::string> problems;  ///< empty: nothing was tampered with
  /// What cannot be told from it: an earlier version writes no lines of plans.
  std::vector<std::string> remarks{};
};

/// The control store: one SQLite file with the stages of the rollouts, their plans, what was seen
/// of their sides, the table that was loaded last, and the hash-chained switch log. Several
/// processes may have it open, of which one at a time writes. Safe for concurrent use.
///
/// The chain shows every edit, removal and reordering inside the file. Whoever may write the file
/// could still forge the whole of it from some line on; against that, note the head somewhere else
/// now and then, and have `verify` look for it.
///
/// A file that was renamed, removed or replaced since it was opened is noticed at the next call,
/// and so is one whose log has lost a line that was there: every call then fails with
/// FailedPrecondition "banyan.control_store_moved" or "banyan.control_store_rewound", until the
/// file is back.
///
/// A change is on the disk, then in force in this process, then answered. Once it is answered the
/// file alone is whole: what was written to the log beside it (-wal) has been brought into it, or
/// is as soon as nobody reads what was before. And it keeps room on its disk for the way back:
/// where that is full, a change that sends the new side more is refused with Unavailable
/// "banyan.control_store_full", and one that takes from it is not (docs/adr/0046).
class ControlStore {
 public:
  enum class Mode : std::uint8_t { MayCreate, MustExist };

  /// FailedPrecondition "banyan.foreign_control_store" for another application's database, a file
  /// that is none, or one of a newer version (also when its log has a line of a newer format);
  /// "banyan.corrupt_control_store" for a damaged one; NotFound "banyan.no_control_store";
  /// Unavailable "banyan.control_store_busy" or "banyan.control_store_unavailable". A refused file
  /// is left as it is.
  ///
  /// `notes`: where else than beside the file a note of it may lie, see made_note.hpp. A store that
  /// lacks the lines that a note names shows its log; everything else is refused:
  /// FailedPrecondition "banyan.control_store_older". So with a note that cannot be read:
  /// Unavailable "banyan.control_store_note".
  static Result<std::unique_ptr<ControlStore>> open(const std::string& file, const Clock& clock,
                                                    Mode mode = Mode::MayCreate,
                                                    const std::vector<std::string>& notes = {});
  virtual ~ControlStore() = default;

  virtual const std::string& file() const = 0;

  /// Makes the modules known, at legacy unless they are known already. What a process does with a
  /// store that it will go by: it brings in what a kill has left beside the file, too.
  virtual Result<void> enlist(const std::vector<std::string>& modules) = 0;

  virtual Result<Stand> stand() = 0;
  /// The stages as they were after that change, 0 before the first. FailedPrecondition
  /// "banyan.unknown_revision" when the log does not go so far.
  virtual Result<Stand> stand_at(std::uint64_t revision) = 0;

  /// Computes the traffic that follows `before`, or refuses.
  using Decide = std::function<Result<Traffic>(const Traffic& before)>;

  /// Log line and stage in one durable transaction, the line first; `decide` sees the stage inside
  /// it, so two changes at once are one after the other. Returns the line; nullopt when nothing
  /// would change. NotFound "banyan.unknown_rollout"; InvalidArgument
  /// "banyan.author_or_reason_missing".
  virtual Result<std::optional<LogEntry>> change(std::string_view module, const Reason& reason,
                                                 const Decide& decide) = 0;

  /// The same of several rollouts: all or none, a line for each, in one transaction. `decide` is
  /// told how all stand, and answers those that are to change. The lines; none when nothing would
  /// change.
  using DecideAll = std::function<Result<std::vector<Rollout>>(const Stand& now)>;
  virtual Result<std::vector<LogEntry>> change_all(const Reason& reason,
                                                   const DecideAll& decide) = 0;

  /// The plans of all rollouts that have one, sorted by module.
  virtual Result<std::vector<StoredPlan>> plans() = 0;
  /// As change(), with the rollout's plan, which `decide` may write anew (and must, for it to
  /// change): both in one transaction, and a line for each that changed. When both are as they
  /// were, nothing is written. The line of the stage; nullopt when that is as it was.
  using Walk = std::function<Result<Traffic>(const Traffic& before, StoredPlan& plan)>;
  virtual Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                               const Walk& decide) = 0;

  /// What was noted of the rollouts, sorted by module; nothing of those that nobody has looked at.
  virtual Result<std::vector<Sighting>> sightings() = 0;
  /// Notes them, sorted by module, instead of all that was noted before. Nothing is written when
  /// that is the same.
  virtual Result<void> note(const std::vector<Sighting>& seen) = 0;

  /// The table that a process goes by, sorted by name: a line when it is another one than the last
  /// process has told. nullopt when it is the same, or when this store has no place for notes.
  virtual Result<std::optional<LogEntry>> note_table(const std::vector<TablePart>& table,
                                                     const Reason& reason) = 0;
  /// As it was told last; empty before.
  virtual Result<std::vector<TablePart>> table() = 0;

  /// The newest `limit` lines of stages, newest first, optionally of one module only.
  virtual Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module = {}) = 0;
  /// The same of every kind, or of one. NotFound "banyan.unknown_rollout" for a module that the
  /// store has never heard of.
  virtual Result<std::vector<LogEntry>> history(std::size_t limit, std::string_view module = {},
                                                std::string_view kind = {}) = 0;

  /// Walks the whole chain and compares its end with stages, plans and table. With `noted_head`, a
  /// head noted earlier, also finds that the log no longer contains it.
  virtual Result<Verification> verify(std::string_view noted_head = {}) = 0;

  /// A number that changes when another connection (in this process or not) has changed the file.
  virtual Result<std::uint64_t> outside_version() = 0;

  /// Has the notes that are there (see made_note.hpp) name the last lines of the log, as each
  /// change does. Unavailable "banyan.control_store_note" when one cannot be written.
  virtual Result<void> mark_notes() = 0;

  /// The table that this process goes by: told after each commit that moved traffic, by the thread
  /// that made it and before the file is tidied up and the notes are written, for which a slow disk
  /// may take its time. It may read this store, and not change it. One at a time; {} is none.
  virtual void follow(std::function<void()> in_force) = 0;

  /// Why nothing, or nothing that sends the new side more, can be written, since the first time
  /// that it was refused; nothing once it can.
  virtual std::optional<Error> unwritable() = 0;
  /// Why the file alone lacks what was committed, which is in the log beside it, and what to do; ""
  /// where it lacks nothing, or is only waiting until somebody has read or written.
  virtual std::string not_in_file() = 0;
  /// What a process that goes by the store does every second: tries whether it can be written
  /// again, and brings into the file what readers have kept in the log beside it.
  virtual void tend() = 0;
};

/// What a log line's `hash` must be, by the rules of its format.
std::string chain_hash(const LogEntry& entry);

}  // namespace banyan::strangler
