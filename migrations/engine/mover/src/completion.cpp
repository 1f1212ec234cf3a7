// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/completion.hpp"

#include <utility>

#include "banyan/placement/placement_table.hpp"
#include "completion_plan.hpp"
#include "database.hpp"
#include "locked_files.hpp"
#include "mover_lock.hpp"
#include "names.hpp"
#include "planner.hpp"
#include "table_set.hpp"

namespace banyan::mover {
namespace {

std::unexpected<Error> refused_completion(const CompletionPlan& plan) {
  return fail(ErrorCode::FailedPrecondition, "mover.refused",
              "the move of " + plan.module +
                  " cannot be completed yet: " + counted(std::ssize(plan.refusals), "reason"),
              plan.refusals);
}

// The fence decides what a failed attempt amounts to.
std::unexpected<Error> interrupted(const MoveRequest& request, const std::string& what) {
  const auto now = placement_of(request.shared, request.module);
  return fail(ErrorCode::Internal, "mover.database",
              "the completion was interrupted: " + what +
                  (now && now->complete ? ". It was done by then, and nothing is left to do"
                                        : ". Nothing was dropped; run the same command again"));
}

/// Carries out one prepared. The caller holds the mover's lock, and both files.
class Completion {
 public:
  Completion(const MoveRequest& request, const PreparedCompletion& prepared,
             const CompletionOptions& options, const LockedFiles& files)
      : request_(request),
        prepared_(prepared),
        options_(options),
        shared_(files.shared),
        own_(files.own) {}

  Result<CompletionOutcome> run() {
    if (schema_version(shared_) != prepared_.shared_schema ||
        schema_version(own_) != prepared_.own_schema) {
      return fail(ErrorCode::Conflict, "mover.schema_changed",
                  "the schema was changed between planning and completing, perhaps by a migration; "
                  "run the same command again");
    }
    at(CompletionStep::Begun);
    settle_gate();
    drop_copy();
    at(CompletionStep::Dropped);
    placement::write(shared_, request_.module,
                     {placement::Stage::Separate, prepared_.plan.epoch, prepared_.location});
    at(CompletionStep::FenceWritten);
    about(shared_.file(), [&] { shared_.run("COMMIT"); });
    at(CompletionStep::Completed);
    return std::move(outcome_);
  }

 private:
  void at(CompletionStep step) const {
    if (options_.on_step) options_.on_step(step);
  }

  // A program of an earlier version has left it open, and no word of its switch. Its own commit
  // first: dying after it changes nothing that anybody goes by. Then the module's writers go on.
  void settle_gate() {
    if (prepared_.settled) return own_.roll_back();
    placement::write_gate(own_, request_.module,
                          {.open = true, .epoch = prepared_.plan.epoch, .settled = true});
    about(own_.file(), [&] { own_.run("COMMIT"); });
  }

  void drop_copy() {
    drop_all(shared_, prepared_.names);  // and their guards with them
    outcome_.dropped = prepared_.plan.views;
    for (const TableReport& table : prepared_.plan.tables) {
      outcome_.dropped.push_back(table.table);
      outcome_.rows += table.rows;
    }
    for (const RowSet& rows : prepared_.companions) {
      shared_.query("DELETE FROM main." + identifier(rows.table.name) + " WHERE module = ?1")
          .bind(1, request_.module)
          .run();
      outcome_.rows += shared_.changes();
    }
    outcome_.epoch = prepared_.plan.epoch;
    outcome_.authoritative = prepared_.files.own;
  }

  const MoveRequest& request_;
  const PreparedCompletion& prepared_;
  const CompletionOptions& options_;
  const Connection& shared_;
  const Connection& own_;
  CompletionOutcome outcome_;
};

// What a killed mover left: gate and triggers.
Result<void> put_move_right(const PreparedCompletion& prepared, const CompletionOptions& options) {
  const auto locked = lock_files(prepared.files, options.lock_wait);
  if (!locked) return fail(locked.error());
  const auto repaired = reconcile(prepared.files, prepared.plan.module, prepared.names, *locked);
  if (!repaired) return fail(repaired.error());
  return {};
}

Result<CompletionOutcome> complete_under_lock(const MoveRequest& request,
                                              const CompletionOptions& options) {
  Result<PreparedCompletion> prepared = prepare_completion(request);
  if (!prepared) return fail(prepared.error());
  if (!prepared->agrees) {
    if (const auto right = put_move_right(*prepared, options); !right) return fail(right.error());
    prepared = prepare_completion(request);
    if (!prepared) return fail(prepared.error());
  }
  const CompletionPlan& plan = prepared->plan;
  if (!plan.refusals.empty()) return refused_completion(plan);
  if (plan.already_complete) {
    return CompletionOutcome{
        .already_complete = true, .epoch = plan.epoch, .authoritative = plan.own};
  }
  const auto locked = lock_files(prepared->files, options.lock_wait, [&] {
    if (options.on_step) options.on_step(CompletionStep::Locked);
  });
  if (!locked) return fail(locked.error());
  return Completion(request, *prepared, options, *locked).run();
}

}  // namespace

Result<CompletionOutcome> complete_move(const MoveRequest& request,
                                        const CompletionOptions& options) {
  if (const auto files = check(request); !files) return fail(files.error());
  try {
    const auto mover = take_mover_lock(request.shared, "move " + request.module + " --complete");
    if (!mover) return fail(mover.error());
    Result<CompletionOutcome> outcome = complete_under_lock(request, options);
    if (outcome && options.on_step) options.on_step(CompletionStep::Finished);
    return outcome;
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, request.shared));
  } catch (const std::filesystem::filesystem_error& fault) {
    return fail(ErrorCode::FailedPrecondition, "mover.not_writable",
                std::string(fault.what()) + "; check the permissions of the folder");
  } catch (const std::exception& fault) {  // the step hook may throw anything
    return interrupted(request, fault.what());
  }
}

}  // namespace banyan::mover
