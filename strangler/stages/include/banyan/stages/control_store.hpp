// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// One line of the switch log. `hash` covers every other field, so no line can be changed, taken
/// out or put elsewhere without breaking the chain.
struct LogEntry {
  std::int64_t format = kLogFormat;  ///< how the fields are hashed
  std::uint64_t seq = 0;  ///< 1, 2, 3 … without gaps; the table's revision after the change
  Timestamp time;
  std::string module;
  std::string who;
  std::string why;
  std::string before;         ///< Traffic as JSON, see to_json()
  std::string after;          ///< the same
  std::string evidence;       ///< what the decision rested on, free text or JSON; "" is none
  std::string previous_hash;  ///< 64 hexadecimal digits; of the first line 64 zeros
  std::string hash;           ///< SHA-256, 64 lower-case hexadecimal digits
};

/// The stages of all rollouts at one moment.
struct Stand {
  std::uint64_t revision = 0;     ///< number of the last change; 0 is none yet
  std::string head;               ///< hash of the last log line; 64 zeros when there is none
  std::vector<Rollout> rollouts;  ///< sorted by module

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
/// changes together with the traffic, or not at all. The store does not look into it.
struct StoredPlan {
  std::string module;
  std::string document;       ///< "": there has never been one
  std::uint64_t version = 0;  ///< grows with each change; 0: there has never been one
};

struct Verification {
  std::uint64_t entries = 0;
  std::string head;                   ///< hash of the last line that was read
  std::vector<std::string> problems;  ///< empty: nothing was tampered with
};

/// The control store: one SQLite file with the stages of the rollouts, their plans, what was seen
/// of their sides, and the hash-chained switch log. Several processes may have it open. Safe for
/// concurrent use.
///
/// The chain shows every edit, removal and reordering inside the file. Whoever may write the file
/// could still forge the whole of it from some line on; against that, note the head somewhere else
/// now and then, and have `verify` look for it.
///
/// A file that was renamed, removed or replaced since it was opened is noticed at the next call,
/// and so is one whose log has lost a line that was there: every call then fails with
/// FailedPrecondition "banyan.control_store_moved" or "banyan.control_store_rewound", until the
/// file is back.
class ControlStore {
 public:
  enum class Mode : std::uint8_t { MayCreate, MustExist };

  /// FailedPrecondition "banyan.foreign_control_store" for another application's database, a file
  /// that is none, or one of a newer version (also when its log has a line of a newer format);
  /// "banyan.corrupt_control_store" for a damaged one; NotFound "banyan.no_control_store";
  /// Unavailable "banyan.control_store_busy" or "banyan.control_store_unavailable". A refused file
  /// is left as it is.
  static Result<std::unique_ptr<ControlStore>> open(const std::string& file, const Clock& clock,
                                                    Mode mode = Mode::MayCreate);
  virtual ~ControlStore() = default;

  virtual const std::string& file() const = 0;

  /// Makes the modules known, at legacy unless they are known already.
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
  /// change): both in one transaction. When both are as they were, nothing is written.
  using Walk = std::function<Result<Traffic>(const Traffic& before, StoredPlan& plan)>;
  virtual Result<std::optional<LogEntry>> walk(std::string_view module, const Reason& reason,
                                               const Walk& decide) = 0;

  /// What was noted of the rollouts, sorted by module; nothing of those that nobody has looked at.
  virtual Result<std::vector<Sighting>> sightings() = 0;
  /// Notes them, sorted by module, instead of all that was noted before. Nothing is written when
  /// that is the same.
  virtual Result<void> note(const std::vector<Sighting>& seen) = 0;

  /// The newest `limit` lines, newest first, optionally of one module only.
  virtual Result<std::vector<LogEntry>> log(std::size_t limit, std::string_view module = {}) = 0;

  /// Walks the whole chain and compares its end with the stages. With `noted_head`, a head noted
  /// earlier, also finds that the log no longer contains it.
  virtual Result<Verification> verify(std::string_view noted_head = {}) = 0;

  /// A number that changes when another connection (in this process or not) has changed the file.
  virtual Result<std::uint64_t> outside_version() = 0;
};

/// What a log line's `hash` must be, by the rules of its format.
std::string chain_hash(const LogEntry& entry);

}  // namespace banyan::strangler
