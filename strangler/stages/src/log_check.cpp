// SPDX-License-Identifier: Apache-2.0
#include "log_check.hpp"

#include <utility>

namespace banyan::strangler {
namespace {

// After the first problems, every line of a long log may have one; the first tell the story.
constexpr std::size_t kMostProblems = 20;

std::string line_name(const LogEntry& entry) { return "line " + std::to_string(entry.seq); }

}  // namespace

void LogCheck::complain(std::string problem) {
  if (found_.problems.size() < kMostProblems) found_.problems.push_back(std::move(problem));
}

void LogCheck::line(LogEntry entry) {
  ++found_.entries;
  if (entry.seq == seq_ + 2) {
    complain("line " + std::to_string(seq_ + 1) + " is missing");
  } else if (entry.seq != seq_ + 1) {
    complain("lines " + std::to_string(seq_ + 1) + " to " + std::to_string(entry.seq - 1) +
             " are missing");
  }
  if (entry.previous_hash != hash_) {
    complain(line_name(entry) +
             " does not follow the line before it: a line was changed, taken out "
             "or put in");
  }
  if (chain_hash(entry) != entry.hash) {
    complain(line_name(entry) + " was changed after it was written: its hash does not fit (" +
             entry.module + ", \"" + entry.why + "\" by " + entry.who + ")");
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

Verification LogCheck::end(const std::vector<Rollout>& rollouts) && {
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
  if (!noted_head_.empty() && !saw_noted_head_) {
    complain("the log does not contain " + noted_head_ +
             ", which was its head once: it was cut off or written anew");
  }
  found_.head = hash_;
  return std::move(found_);
}

}  // namespace banyan::strangler
