// SPDX-License-Identifier: Apache-2.0
#include "new_lines.hpp"

#include <utility>

#include "note_texts.hpp"

namespace banyan::strangler {
namespace {

LogEntry line_for(const Reason& reason, Timestamp time) {
  LogEntry line;
  line.time = time;
  line.who = reason.who;
  line.why = reason.why;
  line.evidence = reason.evidence;
  return line;
}

LogEntry note_for(std::string_view kind, const Stand& now, const Reason& reason, Timestamp time) {
  LogEntry line = line_for(reason, time);
  line.kind = kind;
  line.seq = now.revision;
  line.stage_hash = now.head;
  return line;
}

}  // namespace

LogEntry stage_line(const Stand& now, const Rollout& rollout, const Traffic& after,
                    std::string_view noted, const Reason& reason, Timestamp time) {
  LogEntry line = line_for(reason, time);
  line.seq = now.revision + 1;
  line.module = rollout.module;
  line.before = to_json(rollout.traffic);
  line.after = with_noted(to_json(after), noted);
  line.previous_hash = now.head;
  line.hash = chain_hash(line);
  return line;
}

LogEntry plan_line(const Stand& now, const StoredPlan& before, const StoredPlan& after,
                   const Reason& reason, Timestamp time) {
  LogEntry line = note_for(kPlanLine, now, reason, time);
  if (!after.who.empty()) line.who = after.who;
  line.module = after.module;
  line.before = plan_text_of(before);
  line.after = plan_text_of(after);
  return line;
}

LogEntry routes_line(const Stand& now, const std::vector<TablePart>& before,
                     const std::vector<TablePart>& after, const Reason& reason, Timestamp time) {
  TableTexts texts = texts_of(before, after);
  LogEntry line = note_for(kRoutesLine, now, reason, time);
  line.before = std::move(texts.before);
  line.after = std::move(texts.after);
  return line;
}

}  // namespace banyan::strangler
