// SPDX-License-Identifier: Apache-2.0
#include "log_check.hpp"

#include <utility>

namespace banyan::strangler {
namespace {

// After the first problems, every line of a long log may have one; the first tell the story.
constexpr std::size_t kMostProblems = 20;

std::string line_name(const LogEntry& entry) { return "line " + std::to_string(entry.seq); }

std::string note_name(const LogEntry& entry) { return "note " + std::to_string(entry.note); }

std::string changed_text(const std::string& name, const LogEntry& entry) {
  return name + " was changed after it was written: its hash does not fit (" +
         (entry.module.empty() ? entry.kind : entry.module) + ", \"" + entry.why + "\" by " +
         entry.who + ")";
}

/// "line 3 is missing", of those between `last` and `next`; "" when none is.
std::string gap_text(const std::string& what, std::uint64_t last, std::uint64_t next) {
  if (next == last + 1) return {};
  if (next == last + 2) return what + ' ' + std::to_string(last + 1) + " is missing";
  return what + "s " + std::to_string(last + 1) + " to " + std::to_string(next - 1) +
         " are missing";
}

}  // namespace

void LogCheck::complain(std::string problem) {
  if (found_.problems.size() < kMostProblems) found_.problems.push_back(std::move(problem));
}

void LogCheck::line(LogEntry entry) {
  ++found_.entries;
  if (auto gap = gap_text("line", seq_, entry.seq); !gap.empty()) complain(std::move(gap));
  if (entry.previous_hash != hash_) {
    complain(line_name(entry) +
             " does not follow the line before it: a line was changed, taken out "
             "or put in");
  }
  if (chain_hash(entry) != entry.hash) complain(changed_text(line_name(entry), entry));
  // An earlier version names none.
  if (const std::string noted = noted_in(entry.after); !noted.empty() && noted != note_hash_) {
    complain(line_name(entry) +
             " does not follow the note before it: a note was changed, taken out or put in");
  }
  Last& last = last_[entry.module];
  // Compared as values: how they are written may change, and fields may be added.
  if (const auto before = traffic_from_json(entry.before); !before || before != last.traffic) {
    complain(line_name(entry) + " says that " + entry.module + " came from " + entry.before +
             ", but it was at " + last.after);
  }
  saw_noted_head_ = saw_noted_head_ || entry.hash == noted_head_;
  seq_ = entry.seq;
  hash_ = entry.hash;
  const auto traffic = traffic_from_json(entry.after);
  last = {entry.seq, std::move(entry.after), traffic};
}

void LogCheck::note(LogEntry entry) {
  ++found_.entries;
  if (auto gap = gap_text("note", note_, entry.note); !gap.empty()) complain(std::move(gap));
  if (entry.previous_hash != note_hash_) {
    complain(note_name(entry) +
             " does not follow the note before it: a note was changed, taken out or put in");
  }
  if (entry.seq != seq_ || entry.stage_hash != hash_) {
    complain(note_name(entry) + " was written at line " + std::to_string(entry.seq) +
             ", which the log does not have there, or not as it was: a line was changed, taken out "
             "or put in");
  }
  if (chain_hash(entry) != entry.hash) complain(changed_text(note_name(entry), entry));
  if (entry.kind == kPlanLine) plan_line(entry);
  if (entry.kind == kRoutesLine) routes_line(entry);
  saw_noted_head_ = saw_noted_head_ || entry.hash == noted_head_;
  note_ = entry.note;
  note_seq_ = entry.seq;
  note_hash_ = entry.hash;
}

void LogCheck::plan_line(const LogEntry& entry) {
  LastPlan& last = last_plans_[entry.module];
  const auto before = plan_mark_from(entry.before);
  // A version between that the lines do not tell of is one that an earlier version has written.
  if (last.mark && before && before->version <= last.mark->version && before != last.mark) {
    complain(note_name(entry) + " says that the plan of " + entry.module + " came from " +
             entry.before + ", but note " + std::to_string(last.note) + " ends elsewhere");
  }
  last = {entry.note, plan_mark_from(entry.after)};
}

void LogCheck::routes_line(const LogEntry& entry) {
  if (last_table_ && table_hash_in(entry.before) != *last_table_) {
    complain(note_name(entry) + " says that the table was " + entry.before +
             ", but the line of routes before it ends with " + *last_table_);
  }
  last_table_ = table_hash_in(entry.after);
}

void LogCheck::check_rollouts(const std::vector<Rollout>& rollouts) {
  for (const Rollout& each : rollouts) {
    const auto found = last_.find(each.module);
    const Last last = found == last_.end() ? Last{} : found->second;
    if (found != last_.end()) last_.erase(found);
    if (each.revision > last.seq) {
      complain(each.module + " was last changed in line " + std::to_string(each.revision) +
               ", which the log does not have: its end was cut off");
    } else if (each.revision < last.seq) {
      complain(each.module + " was set back to revision " + std::to_string(each.revision) +
               " past the log, whose line " + std::to_string(last.seq) + " is newer");
    } else if (last.traffic != each.traffic) {
      complain(each.module + " is at " + to_json(each.traffic) + ", but the log ends with " +
               last.after + ": the stage was changed past the log");
    }
  }
  for (const auto& [module, last] : last_) {
    complain(module + " has lines in the log (the last is " + std::to_string(last.seq) +
             "), but no stage: it was taken out past the log");
  }
}

void LogCheck::check_plan(const StoredPlan& plan) {
  const auto found = last_plans_.find(plan.module);
  if (found == last_plans_.end()) {
    found_.remarks.push_back("the plan of " + plan.module +
                             " has no line in the log: it was last changed by a version of Banyan "
                             "that writes none, or past the log");
    return;
  }
  const LastPlan last = found->second;
  last_plans_.erase(found);
  if (!last.mark) return;  // that its hash does not fit was said
  const std::string ends = "note " + std::to_string(last.note);
  if (plan.version < last.mark->version) {
    complain("the plan of " + plan.module + " was set back past the log, whose " + ends +
             " is newer");
  } else if (plan.version > last.mark->version) {
    found_.remarks.push_back("the plan of " + plan.module + " was changed after " + ends +
                             ", by a version of Banyan that writes no lines of plans, or past the "
                             "log");
  } else if (plan_mark_from(plan_text_of(plan)) != last.mark) {
    complain("the plan of " + plan.module + " is not what " + ends +
             " says: it was changed past the log");
  }
}

void LogCheck::check_plans(const std::vector<StoredPlan>& plans) {
  for (const StoredPlan& each : plans) check_plan(each);
  for (const auto& [module, last] : last_plans_) {
    complain("the plan of " + module + " has lines in the log (the last is note " +
             std::to_string(last.note) + "), but is gone: it was taken out past the log");
  }
}

Verification LogCheck::end(const Now& now) && {
  check_rollouts(now.rollouts);
  check_plans(now.plans);
  if (last_table_ ? *last_table_ != hash_of_table(now.table) : !now.table.empty()) {
    complain(
        "the table of routes is not what the last line of routes says: it was changed past the "
        "log");
  }
  if (!noted_head_.empty() && !saw_noted_head_) {
    complain("the log does not contain " + noted_head_ +
             ", which was its head once: it was cut off or written anew");
  }
  found_.head = note_ != 0 && note_seq_ >= seq_ ? note_hash_ : hash_;
  return std::move(found_);
}

}  // namespace banyan::strangler
