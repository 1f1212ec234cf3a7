// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/move.hpp"

#include "database.hpp"
#include "execution.hpp"
#include "locked_files.hpp"
#include "mover_lock.hpp"
#include "names.hpp"
#include "planner.hpp"

namespace banyan::mover {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refused(const MovePlan& plan) {
  std::string message = "module " + plan.module + " cannot move " +
                        (plan.direction == Direction::Out ? "out" : "back") +
                        " yet: " + counted(std::ssize(plan.refusals), "reason");
  return fail(ErrorCode::FailedPrecondition, "mover.refused", std::move(message), plan.refusals);
}

// An empty file is what remains of a copy that was undone.
void remove_if_empty(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) == 0) {
    fs::remove(file, ignored);
  }
}

// The step hook may throw anything.
auto caught(const fs::path& file, auto&& action) -> decltype(action()) {
  try {
    return action();
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, file));
  } catch (const std::exception& fault) {
    return fail(
        ErrorCode::Internal, "mover.database",
        std::string("the move was interrupted: ") + fault.what() + "; run the same command again");
  }
}

std::unexpected<Error> undone(const MoveRequest& request, Error failed) {
  if (const auto now = placement_of(request.shared, request.module)) {
    const std::string file = now->file.string();
    failed.message += ". Nothing was switched: " +
                      (failed.message.contains(file) ? now->file.filename().string() : file) +
                      " is authoritative";
  } else {
    failed.message +=
        ". Which file is authoritative cannot be read now: look again with `banyan "
        "schema report` before anything else";
  }
  return fail(std::move(failed));
}

// A plan that cannot be made; who is in charge of files of two times nobody can say.
std::unexpected<Error> unplanned(const MoveRequest& request, Error failed) {
  const bool is_disk = failed.code == ErrorCode::Internal ||
                       failed.code == ErrorCode::ResourceExhausted ||
                       failed.code == ErrorCode::Unavailable;
  return is_disk ? undone(request, std::move(failed)) : fail(std::move(failed));
}

// The fence decides what a failed attempt amounts to.
Result<MoveOutcome> settle(const MoveRequest& request, const PreparedMove& prepared, Error failed) {
  const auto now = placement_of(request.shared, request.module);
  if (!now || now->epoch == prepared.plan.epoch) return undone(request, std::move(failed));
  MoveOutcome done;
  done.direction = prepared.plan.direction;
  done.epoch = now->epoch;
  done.authoritative = now->file;
  for (const TableReport& table : prepared.plan.tables) done.rows += table.rows;
  done.left_to_do = failed.message;
  return done;
}

constexpr std::string_view kAgain = ". Run the same command again: it opens the way for writers";

// Puts right what an attempt has left.
Result<MoveOutcome> tidy(const MoveRequest& request, const PreparedMove& prepared,
                         const LockedFiles& locked, Result<MoveOutcome> attempted) {
  if (attempted) return attempted;
  locked.roll_back();
  const Result<Situation> now =
      reconcile(prepared.files, request.module, prepared.manifest_tables, locked);
  Error failed = attempted.error();
  if (!now) failed.message += "; afterwards: " + now.error().message;
  Result<MoveOutcome> settled = settle(request, prepared, std::move(failed));
  if (settled && now) {
    settled->left_to_do.clear();
  } else if (settled) {
    settled->left_to_do += kAgain;
  }
  return settled;
}

// What a killed mover left.
Result<void> put_right(const MoveRequest& request, const PreparedMove& prepared,
                       const MoveOptions& options) {
  const auto locked = lock_files(prepared.files, options.lock_wait);
  if (!locked) return fail(locked.error());
  const auto repaired =
      reconcile(prepared.files, request.module, prepared.manifest_tables, *locked);
  if (!repaired) return fail(repaired.error());
  return {};
}

Result<MoveOutcome> move_under_lock(const MoveRequest& request, Direction direction,
                                    const MoveOptions& options) {
  Result<PreparedMove> prepared = prepare_move(request, direction);
  if (!prepared) return unplanned(request, prepared.error());
  const MovePlan& plan = prepared->plan;
  MoveOutcome there{
      .direction = direction, .already_there = true, .epoch = plan.epoch, .authoritative = plan.to};
  if (!prepared->agrees) {
    const Result<void> right =
        caught(plan.to, [&] { return put_right(request, *prepared, options); });
    if (!right && !plan.already_there) return undone(request, right.error());
    if (!right) {
      there.left_to_do = right.error().message + std::string(kAgain);
      return there;
    }
    prepared = prepare_move(request, direction);
    if (!prepared) return unplanned(request, prepared.error());
  }
  if (!plan.refusals.empty()) return refused(plan);
  if (plan.already_there) return there;
  if (options.on_begin) options.on_begin(plan);
  ProgressMeter(options).begin(Progress::Phase::Waiting, 0);
  auto began = std::chrono::steady_clock::now();
  Result<MoveOutcome> moved = [&] {
    const auto locked = caught(plan.from, [&] {
      return lock_files(prepared->files, options.lock_wait, [&] {
        began = std::chrono::steady_clock::now();
        if (options.on_step) options.on_step(Step::Locked, nullptr, nullptr);
      });
    });
    if (!locked) return Result<MoveOutcome>(undone(request, locked.error()));
    return tidy(request, *prepared, *locked, caught(plan.to, [&] {
                  return Execution(request, *prepared, options, *locked).run();
                }));
  }();
  remove_if_empty(prepared->files.own);
  if (moved) {
    moved->pause = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - began);
  }
  return moved;
}

}  // namespace

Result<MoveOutcome> move_module(const MoveRequest& request, Direction direction,
                                const MoveOptions& options) {
  if (const auto files = check(request); !files) return unplanned(request, files.error());
  try {
    const auto mover = take_mover_lock(
        request.shared, "move " + request.module + (direction == Direction::Back ? " --back" : ""));
    if (!mover) return fail(mover.error());
    Result<MoveOutcome> outcome = move_under_lock(request, direction, options);
    if (outcome && options.on_step) options.on_step(Step::Finished, nullptr, nullptr);
    return outcome;
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, request.shared));
  } catch (const fs::filesystem_error& fault) {
    return fail(ErrorCode::FailedPrecondition, "mover.not_writable",
                std::string(fault.what()) + "; check the permissions of the folder");
  }
}

}  // namespace banyan::mover
