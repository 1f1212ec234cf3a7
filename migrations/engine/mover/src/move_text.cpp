// SPDX-License-Identifier: Apache-2.0
#include "banyan/mover/move.hpp"
#include "names.hpp"
#include "plan_text.hpp"

namespace banyan::mover {
namespace {

std::string list_line(const std::string& what, const std::vector<std::string>& names) {
  return names.empty() ? "" : "  " + what + ": " + joined(names) + "\n";
}

std::string milliseconds(std::chrono::microseconds time) {
  return std::to_string(time.count() / 1000) + " ms";
}

}  // namespace

std::string_view to_string(Direction direction) {
  return direction == Direction::Out ? "out" : "back";
}

std::string_view to_string(Step step) {
  switch (step) {
    case Step::Locked: return "locked";
    case Step::Begun: return "begun";
    case Step::SchemaMade: return "schema made";
    case Step::HalfCopied: return "half copied";
    case Step::Copied: return "copied";
    case Step::Verified: return "verified";
    case Step::Sealed: return "sealed";
    case Step::FenceWritten: return "fence written";
    case Step::Switched: return "switched";
    case Step::GateOpened: return "gate opened";
    case Step::Finished: return "finished";
  }
  return "";
}

std::string_view to_string(Progress::Phase phase) {
  switch (phase) {
    case Progress::Phase::Waiting: return "waiting for writers";
    case Progress::Phase::Copying: return "copying";
    case Progress::Phase::Indexing: return "indexing";
    case Progress::Phase::Verifying: return "verifying";
    case Progress::Phase::Switching: return "switching";
  }
  return "";
}

std::string to_text(const MovePlan& plan) {
  std::string out = "Move " + plan.module + " " + std::string(to_string(plan.direction)) + ": " +
                    plan.from.string() + " -> " + plan.to.string() + "\n";
  if (plan.already_there) {
    out += "  it is there already (epoch " + std::to_string(plan.epoch) + ")\n";
  } else {
    for (const TableReport& table : plan.tables) {
      out += "  table " + table.table + ": " + counted(table.rows, "row") + "\n";
    }
    out += list_line("indexes", plan.indexes) + list_line("triggers", plan.triggers) +
           list_line("views", plan.views) + list_line("counters", plan.sequences);
    out += "  rows of the kit's tables: " + std::to_string(plan.companion_rows) + "\n";
    out += "  room: " + std::to_string((plan.bytes >> 20U) + 1) + " MiB needed, " +
           std::to_string(plan.bytes_free >> 20U) + " MiB free\n";
    out += "  " + to_text(plan.pause) +
           " while they are copied and compared; then the fence goes from epoch " +
           std::to_string(plan.epoch) + " to " + std::to_string(plan.epoch + 1) + "\n";
  }
  return out + end_of_plan(plan.notes, plan.refusals);
}

std::string to_text(const MoveOutcome& outcome) {
  const std::string place = outcome.authoritative.string() + " is authoritative (epoch " +
                            std::to_string(outcome.epoch) + ")\n";
  if (outcome.already_there && outcome.left_to_do.empty()) return "Nothing to move: " + place;
  if (!outcome.left_to_do.empty()) {
    return "The tables were switched, and something is left to do: " + outcome.left_to_do + "\n" +
           place;
  }
  return counted(outcome.rows, "row") + " copied in " + milliseconds(outcome.copying) +
         " and verified in " + milliseconds(outcome.verifying) + "; writers waited " +
         milliseconds(outcome.pause) + ". " + place;
}

}  // namespace banyan::mover
