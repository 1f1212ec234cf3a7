// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/mover/pause.hpp"
#include "banyan/mover/report.hpp"

namespace banyan::sqlite {
class Connection;
}

/// Moves a module's tables from the shared SQLite file to a file of its own, and back.
///
/// The shared file's row in `banyan_fence` alone says where the tables are; its commit is the
/// switch, in both directions. Until then the old place is authoritative, from then on the new
/// one, and a process killed anywhere leaves one of the two: recover(), or the same command again,
/// completes or undoes. Writers wait while the rows are copied (this mover takes a write pause);
/// readers go on where the journal mode is WAL.
///
/// A writer that comes late is refused by triggers with "BANYAN_MOVED": it looks at the fence
/// again and repeats its work at the new place.
namespace banyan::mover {

enum class Direction : std::uint8_t {
  Out,   ///< shared file -> the module's own file
  Back,  ///< the module's own file -> shared file
};
std::string_view to_string(Direction direction);

struct MoveRequest {
  std::filesystem::path shared;  ///< the shared database file
  std::string module;
  Ownership ownership;  ///< of the whole shared file; says which tables the module owns
  std::vector<Statement> statements{};  ///< what the code runs, for the search for violations
  /// Tables of the kit with a column `module`, of which this module's rows go along (if they
  /// exist).
  std::vector<std::string> companions{"banyan_migrations",  "banyan_ledger",      "banyan_outbox",
                                      "banyan_outbox_end",  "banyan_outbox_head", "banyan_lane",
                                      "banyan_lane_route",  "banyan_held",        "banyan_inbox",
                                      "banyan_lane_action", "banyan_expansions"};
  /// File name of the module's own database, beside the shared file; "" means own_file_name().
  std::string location{};
  /// Puts better next steps into what keeps the module where it is, from whoever knows more than
  /// the schema says: that a script is written and only waits to be applied.
  std::function<void(SchemaReport& found)> advise{};
};

/// "shop.db", "warehouse" -> "shop.warehouse.db".
std::string own_file_name(const std::filesystem::path& shared, std::string_view module);

/// The points of a move at which it can be interrupted, in order. Both directions pass all of them.
enum class Step : std::uint8_t {
  Locked = 1,    ///< both lock files are held, the own file's transaction is open
  Begun,         ///< write transactions are open in both files
  SchemaMade,    ///< the tables exist, empty, in the destination (not committed)
  HalfCopied,    ///< the first table has been copied (not committed)
  Copied,        ///< all rows, sequences, indexes and triggers are there (not committed)
  Verified,      ///< both sides have been compared byte by byte
  Sealed,        ///< own file committed durably, its gate closed
  FenceWritten,  ///< the fence row is written, not committed
  Switched,      ///< the fence row is committed: the new place is authoritative
  GateOpened,    ///< (out only does something here) the own file accepts writers
  Finished,
};
std::string_view to_string(Step step);

struct Progress {
  enum class Phase : std::uint8_t { Waiting, Copying, Indexing, Verifying, Switching } phase;
  std::string_view table;  ///< "" between tables
  std::int64_t rows_done = 0;
  std::int64_t rows_total = 0;  ///< of this phase
  double rows_per_second = 0;
  std::optional<std::chrono::seconds> remaining;  ///< once there is something to go by
};
std::string_view to_string(Progress::Phase phase);

/// What a move would do, or why it would be refused. `refusals` empty means that it may begin.
struct MovePlan {
  Direction direction = Direction::Out;
  std::string module;
  std::filesystem::path from;
  std::filesystem::path to;
  std::int64_t epoch = 0;      ///< of the fence now; the move makes it one more
  bool already_there = false;  ///< nothing to do but recovery
  std::vector<TableReport> tables;
  std::vector<std::string> indexes, triggers, views, sequences;
  std::int64_t companion_rows = 0;  ///< of this module in the kit's tables; they are copied, too
  std::uint64_t bytes = 0;          ///< estimate of what the copy needs, companions with it
  std::uint64_t bytes_free = 0;
  PauseEstimate pause;             ///< of writers, while all rows are copied and compared
  std::vector<std::string> notes;  ///< worth knowing, no hindrance
  std::vector<Detail> refusals;    ///< where, and what to do about it
  std::vector<BoundaryViolation> violations;  ///< those of `refusals` that are violations
};
struct MoveOptions {
  /// How long to wait for writers to let go, of all files together.
  std::chrono::milliseconds lock_wait{10'000};
  /// Called now and then (at least 5 times a second while rows are copied), on the caller's thread.
  std::function<void(const Progress&)> on_progress{};
  /// Called before writers have to wait, with what they have to expect.
  std::function<void(const MovePlan&)> on_begin{};
  /// Called at each Step with the open connections (none at Locked and Finished). For fault
  /// injection: it may kill the process, throw (the move is undone) or damage the destination.
  std::function<void(Step, const sqlite::Connection* origin, const sqlite::Connection* destination)>
      on_step{};
};

/// The dry run: finds whatever the move would find, but for those who hold a file just then. Reads
/// only. Errors: NotFound, InvalidArgument (unusable input), `mover.rewound`,
/// `mover.own_file_missing`.
Result<MovePlan> plan_move(const MoveRequest& request, Direction direction);
std::string to_text(const MovePlan& plan);

struct MoveOutcome {
  Direction direction = Direction::Out;
  bool already_there = false;  ///< an earlier run had done it; at most the gate was set
  std::int64_t epoch = 0;
  std::filesystem::path authoritative;  ///< the file that holds the tables now
  std::int64_t rows = 0;                ///< copied and verified
  std::chrono::microseconds copying{};
  std::chrono::microseconds verifying{};
  std::chrono::microseconds pause{};  ///< how long writers had to wait
  /// Switched, and then something failed: what, and what to do. "": all is done.
  std::string left_to_do{};
};
std::string to_text(const MoveOutcome& outcome);

/// Recovers, plans, moves. Every error leaves the place authoritative that was so before, and says
/// which; a failure after the switch is an outcome with something left to do. Rules:
/// `mover.refused` (FailedPrecondition; details are the plan's refusals), `mover.already_running`
/// (Conflict; another mover has the lock), `mover.locked` (Unavailable; a writer did not let go in
/// time), `mover.copy_differs` (Internal; verification found a difference), `mover.rewound`
/// (FailedPrecondition; see recover), `mover.no_space` (ResourceExhausted), `mover.database`
/// (Internal; what SQLite said).
Result<MoveOutcome> move_module(const MoveRequest& request, Direction direction,
                                const MoveOptions& options = {});

/// Who moves tables of this database right now: "pid 4711: banyan schema move demo --back, since
/// …"; who completes a move (completion.hpp), too. Nothing when nobody does, as far as it can be
/// seen from here. Takes no lock.
std::optional<std::string> mover_at_work(const std::filesystem::path& shared);

/// Where a module's tables are, as the fence says.
struct Placement {
  bool moved = false;
  bool complete = false;  ///< moved, and the copy that the move left is gone (completion.hpp)
  std::int64_t epoch = 0;
  std::filesystem::path file{};  ///< the authoritative database file
};
/// Reads the fence of the shared file; without a fence row, or a fence, the module has not moved.
Result<Placement> placement_of(const std::filesystem::path& shared, std::string_view module);

/// What recover() found and did for one module.
struct Recovery {
  std::string module;
  Placement placement{};
  bool changed = false;            ///< gate or triggers had to be put right
  bool mover_at_work = false;      ///< another process is moving right now; nothing was touched
  std::string note{};              ///< for the log
  std::optional<Error> failure{};  ///< why it could not be put right: a person must decide
};

/// Puts gates and triggers in agreement with the fence, for every module that has one. To be called
/// when an application starts, before it writes. Never moves rows, idempotent, safe beside writers.
/// What fails for one module keeps no other from being put right. `failure`s: `mover.rewound`, the
/// module's own file is ahead of the fence (a file was restored from an older copy), and nothing of
/// the module has been touched; `mover.own_file_missing`, the fence says moved, and the file is not
/// there. Error: the shared file cannot be read.
Result<std::vector<Recovery>> recover(const std::filesystem::path& shared,
                                      const Ownership& ownership,
                                      std::chrono::milliseconds wait = std::chrono::seconds(10));

}  // namespace banyan::mover
