// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/result.hpp"
#include "banyan/mover/move.hpp"

/// The end of a move. A switch leaves the old copy of the tables in the shared file, guarded, as
/// something to look at; who completes the move says that nobody needs it, and it is dropped.
///
///     switched (copy and guards in the shared file) → complete_move() → separate (gone)
///
/// Copy, guards, the module's rows in the kit's tables and the fence's word for it go in one
/// transaction of the shared file: whoever is killed has completed the move or not begun, and there
/// is nothing to recover. The tables where they are authoritative are not touched, and the epoch
/// stays: nothing is switched. The way back, move_module(…, Back), is open afterwards as before,
/// for it copies from the module's own file.
namespace banyan::mover {

/// The points at which it can be interrupted, in order.
enum class CompletionStep : std::uint8_t {
  Locked = 1,    ///< both lock files are held
  Begun,         ///< write transactions are open in both files
  Dropped,       ///< copy, guards and rows are gone (not committed)
  FenceWritten,  ///< the fence says separate (not committed)
  Completed,     ///< committed
  Finished,
};
std::string_view to_string(CompletionStep step);

/// What would be dropped, or who is still in the way. `refusals` empty means that it may begin.
struct CompletionPlan {
  std::string module;
  std::filesystem::path shared;  ///< where the copy is
  std::filesystem::path own;     ///< where the tables are
  std::int64_t epoch = 0;
  bool already_complete = false;
  std::vector<TableReport> tables;  ///< of the copy
  std::vector<std::string> views;
  std::int64_t companion_rows = 0;  ///< of the module in the shared file's kit tables
  std::vector<std::string> notes;   ///< worth knowing, no hindrance
  std::vector<Detail> refusals;     ///< who or what, and what to do about it
};

/// The dry run: finds whatever the completion would find, but for those who hold a file just then.
/// Reads all rows on both sides, and changes nothing. Asked are the fence and the gate (has the
/// switch happened, and is nothing broken off?), the tables where they are (whole, and all there?),
/// the copy (as the switch left it?), and whatever of other modules still reads or writes it:
/// foreign keys, views, triggers, and the statements of the request. Errors as of plan_move().
Result<CompletionPlan> plan_completion(const MoveRequest& request);
std::string to_text(const CompletionPlan& plan);

struct CompletionOptions {
  /// How long to wait for writers to let go, of all files together.
  std::chrono::milliseconds lock_wait{10'000};
  /// For fault injection: it may kill the process, or throw (nothing has happened then).
  std::function<void(CompletionStep)> on_step{};
};

struct CompletionOutcome {
  bool already_complete = false;
  std::int64_t epoch = 0;
  std::filesystem::path authoritative{};
  std::vector<std::string> dropped{};  ///< tables and views
  std::int64_t rows = 0;               ///< of the copy, with those in the kit's tables
};
std::string to_text(const CompletionOutcome& outcome);

/// Recovers, plans, completes. After an error the move is as complete as it was. Rules:
/// `mover.refused` (FailedPrecondition; details are the plan's refusals), `mover.already_running`,
/// `mover.locked`, `mover.rewound`, `mover.own_file_missing`, `mover.schema_changed`,
/// `mover.database`, as of move_module().
Result<CompletionOutcome> complete_move(const MoveRequest& request,
                                        const CompletionOptions& options = {});

}  // namespace banyan::mover
