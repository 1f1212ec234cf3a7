// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/completion.hpp"
#include "names.hpp"
#include "plan_text.hpp"

namespace banyan::mover {

std::string_view to_string(CompletionStep step) {
  switch (step) {
    case CompletionStep::Locked: return "locked";
    case CompletionStep::Begun: return "begun";
    case CompletionStep::Dropped: return "dropped";
    case CompletionStep::FenceWritten: return "fence written";
    case CompletionStep::Completed: return "completed";
    case CompletionStep::Finished: return "finished";
  }
  return "";
}

std::string to_text(const CompletionPlan& plan) {
  std::string out = "Complete the move of " + plan.module + ": drop its copy in " +
                    plan.shared.string() + "; the tables are in " + plan.own.string() + "\n";
  if (plan.already_complete) {
    out += "  it is complete already (epoch " + std::to_string(plan.epoch) + ")\n";
  } else {
    for (const TableReport& table : plan.tables) {
      out += "  table " + table.table + ": " + counted(table.rows, "row") + "\n";
    }
    if (!plan.views.empty()) out += "  views: " + joined(plan.views) + "\n";
    if (plan.companion_rows != 0) {
      out += "  rows of the kit's tables: " + std::to_string(plan.companion_rows) + "\n";
    }
  }
  return out + end_of_plan(plan.notes, plan.refusals);
}

std::string to_text(const CompletionOutcome& outcome) {
  const std::string place = outcome.authoritative.string() +
                            " holds the tables, and nothing else (epoch " +
                            std::to_string(outcome.epoch) + ")\n";
  if (outcome.already_complete) return "Nothing to complete: " + place;
  const std::string dropped =
      outcome.dropped.empty() ? "no table was left" : "dropped " + joined(outcome.dropped);
  return "The move is complete: " + dropped + " (" + counted(outcome.rows, "row") +
         " of the copy). " + place;
}

}  // namespace banyan::mover
