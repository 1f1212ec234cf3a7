// SPDX-License-Identifier: Apache-2.0
#include "completion_plan.hpp"

#include <algorithm>
#include <utility>

#include "banyan/placement/placement_table.hpp"
#include "database.hpp"
#include "left_copy.hpp"
#include "names.hpp"
#include "owners.hpp"
#include "planner.hpp"
#include "table_set.hpp"

namespace banyan::mover {
namespace {

std::string in_capitals(std::string_view word) {
  std::string capitals(word);
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return capitals;
}

bool has_module_column(const Table& table) {
  return std::ranges::any_of(table.columns,
                             [](const Column& column) { return same_name(column.name, "module"); });
}

// The checks of one completion; each adds what it finds to the plan.
class CompletionPlanner {
 public:
  CompletionPlanner(const MoveRequest& request, PreparedCompletion& prepared)
      : request_(request), prepared_(prepared), plan_(prepared.plan) {}

  void plan(const Connection& shared, const Connection& own) {
    list_copy(shared);
    refuse_what_only_the_copy_has(shared, own);
    refuse_a_damaged_own_file(own);
    refuse_what_was_changed(shared);
    refuse_who_uses_it();
  }

 private:
  void refuse(const std::string& where, const std::string& problem) {
    plan_.refusals.push_back({where, problem});
  }

  void list_copy(const Connection& shared) {
    for (Table& table : tables_of(shared)) {
      if (contains_name(prepared_.names, table.name)) {
        if (table.kind == TableKind::View) {
          plan_.views.push_back(table.name);
        } else {
          plan_.tables.push_back({table.name, true, row_count(shared, table.name)});
        }
      } else if (contains_name(request_.companions, table.name) && has_module_column(table)) {
        RowSet rows{std::move(table), request_.module};
        plan_.companion_rows += count_of(shared, rows);
        prepared_.companions.push_back(std::move(rows));
      }
    }
    plan_.notes.emplace_back(
        "the room stays with the shared file, for new rows; VACUUM returns it");
  }

  // A table that a migration has dropped since is no longer in the manifest.
  void refuse_what_only_the_copy_has(const Connection& shared, const Connection& own) {
    const std::string file = own.file().filename().string();
    for (const std::string& name : prepared_.names) {
      if (!table_of(shared, name) || table_of(own, name)) continue;
      refuse(name, "it is in the copy, and not in " + file +
                       ", where the tables are: it would be gone for good. Carry it there, or drop "
                       "it in the shared file if nobody wants it");
    }
  }

  void refuse_a_damaged_own_file(const Connection& own) {
    const std::string file = own.file().filename().string();
    for (const std::string& name : names_in_own_file(own)) {
      const auto table = table_of(own, name);
      if (!table || !table->can_be_copied()) continue;
      try {
        const std::string said = own.text("PRAGMA integrity_check(" + identifier(name) + ")");
        if (said == "ok") continue;
        refuse(name, said + ". The table is damaged in " + file +
                         ", and the copy may be what can mend it: look at both first");
      } catch (const sqlite::Fault& fault) {
        plan_.notes.push_back(name + " in " + file + " could not be checked: " + fault.what());
      }
    }
  }

  // Somebody went past the guards.
  void refuse_what_was_changed(const Connection& shared) {
    const std::string file = shared.file().filename().string();
    for (const SchemaObject& object :
         changed_since(shared, request_.module, plan_.epoch, prepared_.names)) {
      refuse(file, "the " + object.type + " " + object.name +
                       " there is not as the move left it: somebody went past the guards, and it "
                       "would be lost. Look at it, carry what is wanted to where " +
                       request_.module + " is now, then drop it there (DROP " +
                       in_capitals(object.type) + " " + identifier(object.name) +
                       ") and run this again");
    }
  }

  void refuse_who_uses_it() {
    Result<SchemaReport> report =
        schema_report(request_.shared, request_.ownership, request_.statements);
    if (report && request_.advise) request_.advise(*report);
    if (!report) return refuse(request_.shared.string(), report.error().message);
    for (const BoundaryViolation& each : violations_of(*report, request_.module)) {
      // What the module itself does, it does in its own file; but for a view that nobody owns.
      if (each.other != request_.module && each.kind != ViolationKind::View) continue;
      const std::string& who = each.other == request_.module ? each.module : each.other;
      refuse(std::string(to_string(each.kind)) + " " + each.object,
             who + " still uses the copy (" + each.how + "); " + each.next_step);
    }
    for (const Unreadable& unreadable : report->unreadable) {
      plan_.notes.push_back(unreadable.what + " could not be analysed: " + unreadable.problem);
    }
  }

  const MoveRequest& request_;
  PreparedCompletion& prepared_;
  CompletionPlan& plan_;
};

// Why there is no move to complete; "" when there is one.
std::string why_no_move(const std::string& module, placement::Stage stage) {
  if (placement::authority_of(stage) == placement::Authority::Shared) {
    return "the tables of " + module + " are in the shared file (" +
           std::string(placement::to_string(stage)) +
           "): there is no move to complete. Move them first: banyan schema move " + module;
  }
  if (!placement::is_legal(stage, placement::Stage::Separate)) {
    return "the tables of " + module + " are on their way back (" +
           std::string(placement::to_string(stage)) +
           "). Bring that to its end, or undo it, first: banyan schema move " + module;
  }
  return {};
}

}  // namespace

Result<PreparedCompletion> prepare_completion(const MoveRequest& request) {
  const Result<Files> files = check(request);
  if (!files) return fail(files.error());
  Result<Owners> owners = Owners::from(request.ownership);
  if (!owners) return fail(owners.error());
  PreparedCompletion prepared;
  prepared.files = *files;
  CompletionPlan& plan = prepared.plan;
  plan.module = request.module;
  plan.shared = files->shared;
  plan.own = files->own;

  const Result<Situation> situation =
      look(*files, request.module, owners->tables_of_module(request.module));
  if (!situation) return fail(situation.error());
  prepared.agrees = situation->agrees;
  const Result<Connection> shared = open_existing(files->shared);
  if (!shared) return fail(shared.error());
  try {
    const auto fence = placement::find(*shared, request.module).value_or(placement::Placement{});
    plan.epoch = fence.epoch;
    prepared.location = fence.location;
    plan.already_complete = fence.stage == placement::Stage::Separate;
    if (!situation->agrees) {
      plan.notes.push_back("a move was broken off (" + situation->note +
                           "); the completion begins by putting that right");
    }
    if (plan.already_complete) return prepared;
    if (std::string why = why_no_move(request.module, fence.stage); !why.empty()) {
      plan.refusals.push_back({request.module, std::move(why)});
      return prepared;
    }
    const Result<Connection> own = open_existing(files->own);
    if (!own) return fail(own.error());
    const auto gate = placement::find_gate(*own, request.module);
    prepared.settled = gate && gate->settled;
    prepared.shared_schema = schema_version(*shared);
    prepared.own_schema = schema_version(*own);
    owners->adopt_views(*shared);
    prepared.names = owners->tables_of_module(request.module);
    CompletionPlanner(request, prepared).plan(*shared, *own);
  } catch (const sqlite::Fault& fault) {
    return fail(error_from(fault, files->shared));
  }
  return prepared;
}

Result<CompletionPlan> plan_completion(const MoveRequest& request) {
  Result<PreparedCompletion> prepared = prepare_completion(request);
  if (!prepared) return fail(prepared.error());
  return std::move(prepared->plan);
}

}  // namespace banyan::mover
