// SPDX-License-Identifier: Apache-2.0
#include "mover/move.hpp"

#include <unistd.h>

#include "blueprint.hpp"
#include "database.hpp"
#include "journey.hpp"
#include "names.hpp"
#include "sqlite/file_lock.hpp"

namespace banyan::mover {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> still_locked(const fs::path& file, std::chrono::milliseconds waited) {
  return fail(ErrorCode::Unavailable, "mover.locked",
              "a writer did not let go of " + file.string() + " within " +
                  std::to_string(waited.count()) +
                  " ms; try again, wait longer, or end the process that holds " +
                  sqlite::writer_lock_of(file).string());
}

std::unexpected<Error> refused(const MovePlan& plan) {
  std::string message = "module " + plan.module + " cannot move " +
                        (plan.direction == Direction::Out ? "out" : "back") +
                        " yet: " + std::to_string(plan.refusals.size()) + " reason(s)";
  return fail(ErrorCode::FailedPrecondition, "mover.refused", std::move(message), plan.refusals);
}

// An empty file is what remains of a copy that was undone.
void remove_if_empty(const fs::path& file) {
  std::error_code ignored;
  if (fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) == 0) {
    fs::remove(file, ignored);
  }
}

Result<MoveOutcome> attempt(const MoveRequest& request, const Blueprint& blueprint,
                            const MoveOptions& options) {
  try {
    return Journey(request, blueprint, options).run();
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, blueprint.plan.to));
  } catch (const std::exception& fault) {
    return fail(
        ErrorCode::Internal, "mover.database",
        std::string("the move was interrupted: ") + fault.what() + "; run the same command again");
  }
}

// The fence decides what a failed attempt amounts to.
Result<MoveOutcome> settle(const MoveRequest& request, const Blueprint& blueprint,
                           const MoveOptions& options, Result<MoveOutcome> attempted) {
  if (attempted) return attempted;
  const Result<Situation> now =
      reconcile(blueprint.files, request.module, blueprint.manifest_tables, options.lock_wait);
  remove_if_empty(blueprint.files.own);
  if (!now) {
    Error error = attempted.error();
    error.message += "; afterwards: " + now.error().message;
    return fail(std::move(error));
  }
  if (now->placement.epoch == blueprint.plan.epoch) return attempted;
  MoveOutcome done;
  done.direction = blueprint.plan.direction;
  done.epoch = now->placement.epoch;
  done.authoritative = now->placement.file;
  for (const TableReport& table : blueprint.plan.tables) done.rows += table.rows;
  return done;
}

}  // namespace

Result<MoveOutcome> move_module(const MoveRequest& request, Direction direction,
                                const MoveOptions& options) {
  Result<Blueprint> blueprint = draw(request, direction);
  if (!blueprint) return fail(blueprint.error());
  try {
    const auto mover = sqlite::FileLock::take(mover_lock_of(request.shared), request.shared,
                                              std::chrono::milliseconds(0));
    if (!mover) {
      return fail(ErrorCode::Conflict, "mover.at_work",
                  "another mover is at work on " + request.shared.string() + " (" +
                      sqlite::FileLock::holder(mover_lock_of(request.shared)) +
                      "); wait until it has ended, then look where the module is");
    }
    mover->sign("pid " + std::to_string(::getpid()) + ": " + request.module + " " +
                std::string(to_string(direction)) + "\n");

    // What a killed mover left is put right before anything is decided.
    if (const Result<Situation> found =
            look(blueprint->files, request.module, blueprint->manifest_tables);
        !found) {
      return fail(found.error());
    } else if (!found->agrees) {
      const auto shared_lock = sqlite::FileLock::take(sqlite::writer_lock_of(request.shared),
                                                      request.shared, options.lock_wait);
      if (!shared_lock) return still_locked(request.shared, options.lock_wait);
      const auto own_lock = sqlite::FileLock::take(sqlite::writer_lock_of(blueprint->files.own),
                                                   request.shared, options.lock_wait);
      if (!own_lock) return still_locked(blueprint->files.own, options.lock_wait);
      const Result<Situation> repaired = reconcile(blueprint->files, request.module,
                                                   blueprint->manifest_tables, options.lock_wait);
      if (!repaired) return fail(repaired.error());
    }
    blueprint = draw(request, direction);
    if (!blueprint) return fail(blueprint.error());
    if (!blueprint->plan.refusals.empty()) return refused(blueprint->plan);
    if (blueprint->plan.already_there) {
      MoveOutcome outcome;
      outcome.direction = direction;
      outcome.already_there = true;
      outcome.epoch = blueprint->plan.epoch;
      outcome.authoritative = blueprint->plan.to;
      if (options.on_step) options.on_step(Step::Finished, nullptr, nullptr);
      return outcome;
    }

    // The shared file first, in both directions, so that two movers cannot wait for each other.
    const auto began = std::chrono::steady_clock::now();
    const auto shared_lock = sqlite::FileLock::take(sqlite::writer_lock_of(request.shared),
                                                    request.shared, options.lock_wait);
    if (!shared_lock) return still_locked(request.shared, options.lock_wait);
    const auto own_lock = sqlite::FileLock::take(sqlite::writer_lock_of(blueprint->files.own),
                                                 request.shared, options.lock_wait);
    if (!own_lock) return still_locked(blueprint->files.own, options.lock_wait);
    Result<MoveOutcome> outcome =
        settle(request, *blueprint, options, attempt(request, *blueprint, options));
    if (outcome) {
      outcome->pause = std::chrono::duration_cast<std::chrono::microseconds>(
          std::chrono::steady_clock::now() - began);
      if (options.on_step) options.on_step(Step::Finished, nullptr, nullptr);
    }
    return outcome;
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, request.shared));
  } catch (const fs::filesystem_error& fault) {
    return fail(ErrorCode::FailedPrecondition, "mover.not_writable",
                std::string(fault.what()) + "; check the permissions of the folder");
  }
}

}  // namespace banyan::mover
