// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/judgement.hpp"

#include <algorithm>
#include <map>

namespace banyan::retirement {
namespace {

constexpr std::string_view kOldSide = "local";

/// "2026-11-22 08:30 UTC".
std::string minute(Timestamp time) {
  std::string text = to_string(time).substr(0, 16);
  std::ranges::replace(text, 'T', ' ');
  return text + " UTC";
}

std::chrono::seconds between(Timestamp earlier, Timestamp later) {
  return std::chrono::seconds{(later.micros - earlier.micros) / 1'000'000};
}

/// How much of the time may be unwatched: restarts take their moments. What was used in it nobody
/// knows.
std::chrono::seconds allowed_gaps(std::chrono::seconds quiet_for) {
  return std::min(std::max(std::chrono::seconds{120}, quiet_for / 100), quiet_for / 4);
}

class Judge {
 public:
  explicit Judge(const Facts& facts) : facts_(facts) {}

  Judgement judge() {
    look_at_the_stage();
    look_at_the_log();
    look_at_the_uses();
    if (facts_.tunnels_on_old_side > 0) {
      hinder("tunnels_live",
             "connections live on the old side (WebSockets, streams): " +
                 std::to_string(facts_.tunnels_on_old_side),
             "wait for their end, or set pinned_tunnel_time in [limits]");
    }
    look_at_the_data();
    look_at_the_lanes();
    tell_operations();
    return std::move(judgement_);
  }

 private:
  void hinder(std::string rule, std::string message, std::string next) {
    judgement_.hindrances.push_back({std::move(rule), std::move(message), std::move(next)});
  }

  void look_at_the_stage() {
    if (facts_.all_new) return;
    hinder("not_moved",
           facts_.module + " is at " + facts_.stage +
               ": only with all reads and the writes on the new side can the old one go",
           "banyan next " + facts_.module);
  }

  /// Since when all has been on the new side, without a break.
  void look_at_the_log() {
    if (!facts_.log_intact) {
      hinder("log_broken", "the switch log was tampered with, and proves nothing",
             "banyan log verify");
    }
    if (!facts_.all_new) return;
    for (const Shift& shift : facts_.shifts) {
      if (!shift.all_new) break;
      judgement_.moved_since = shift.time;
    }
    if (!judgement_.moved_since) {
      return hinder("not_in_log", "the switch log has no change that moved " + facts_.module,
                    "banyan log --module " + facts_.module);
    }
    const auto quiet = between(*judgement_.moved_since, facts_.now);
    if (quiet >= facts_.quiet_for) return;
    hinder("moved_lately",
           facts_.module + " has moved as a whole at " + minute(*judgement_.moved_since) + ", " +
               duration_text(quiet) + " ago, and " + duration_text(facts_.quiet_for) +
               " are asked for",
           "wait, or ask for less with --quiet-for");
  }

  void look_at_the_uses() {
    if (!facts_.uses) {
      return hinder("uses_unknown",
                    "nobody keeps when the old side was used last, so nothing is proven",
                    "ask a running process (--url) of this version");
    }
    const Uses& uses = *facts_.uses;
    if (!uses.complete) {
      hinder("uses_incomplete",
             "there were more kinds of uses than are kept, so the old side may have been used",
             "move the file .uses beside the control store away; the proof begins anew");
    }
    look_at_the_watch(uses);
    for (const Use& use : uses.uses) {
      // Operations for which there was no room are counted as those of "other".
      const bool may_be = use.key.module == facts_.module || use.key.module == "other";
      if (!may_be || use.key.side != kOldSide) continue;
      if (between(use.last, facts_.now) >= facts_.quiet_for) continue;
      hinder("used_lately", used_lately(use), advice_for(use));
    }
  }

  void look_at_the_watch(const Uses& uses) {
    // Who was asked has noted until then; the other questions took their time.
    const bool just_noted = between(uses.noted, facts_.now) < kNoteInterval;
    const Timestamp to = just_noted ? known_until(uses) : facts_.now;
    const Timestamp from{to.micros - std::chrono::microseconds(facts_.quiet_for).count()};
    const Watch watch = watched_between(uses.watched, from, to);
    judgement_.watched = watch.watched;
    if (facts_.quiet_for - watch.watched <= allowed_gaps(facts_.quiet_for)) return;
    const Gap& gap = watch.longest_gap;
    hinder("watched_too_short",
           "somebody watched the old side for " + span_text(watch.watched) + " of the last " +
               span_text(facts_.quiet_for) + ", and not from " + minute(gap.since) + " to " +
               minute(gap.until) + ": what was used then nobody knows",
           "wait until that is longer ago, or ask for less with --quiet-for; where nothing was "
           "stopped then, a process has `uses_not_kept` in its log");
  }

  /// Other processes tell within a minute what they have seen since their last note: the time that
  /// is judged ends before.
  static Timestamp known_until(const Uses& uses) {
    Timestamp known = uses.noted;
    for (const Stretch& each : uses.watched) {
      const bool lately = between(each.until, uses.noted) < 2 * kNoteInterval;
      if (lately && each.ran_until >= uses.noted) known = std::min(known, each.until);
    }
    return known;
  }

  std::string used_lately(const Use& use) const {
    std::string text = use.key.module + '.' + use.key.operation + " was used on the old side at " +
                       minute(use.last);
    if (use.key.way == "call") text += ", by a call of another module";
    if (use.key.way == "misspelled") {
      text +=
          ", by requests that are spelled so that they miss its route (another case, a slash at "
          "the end)";
    }
    std::string who;
    for (const Caller& each : facts_.callers) {
      if (each.operation != use.key.operation) continue;
      who += (who.empty() ? "" : ", ") +
             (each.who == "none" ? "a program that does not say its name" : each.who);
    }
    return who.empty() ? text : text + "; who asked it: " + who;
  }

  bool knows_who_asked(const Use& use) const {
    return std::ranges::find(facts_.callers, use.key.operation, &Caller::operation) !=
           facts_.callers.end();
  }

  std::string advice_for(const Use& use) const {
    if (use.key.way == "call") {
      return "`callers` of /_banyan/api/live names the modules that call it";
    }
    if (use.key.way == "misspelled") return "`ignore_case` and `ignore_last_slash` make them match";
    if (knows_who_asked(use)) return "move them on; then wait, or ask for less with --quiet-for";
    return "--access-log FILE names the programs that ask; then wait, or ask for less with "
           "--quiet-for";
  }

  void look_at_the_data() {
    if (!facts_.data || *facts_.data == "separate" || *facts_.data == kOwnSchema) return;
    const std::string move = "banyan schema move " + facts_.module;
    if (*facts_.data == "shared") {
      return hinder("tables_shared",
                    "the tables of " + facts_.module + " are in the shared database",
                    move + " --database FILE");
    }
    const bool switched = *facts_.data == "switched";
    hinder("move_not_over",
           "the move of the tables of " + facts_.module + " is not over: it is at " + *facts_.data +
               (switched ? ", and the copy that it has left is in the shared database still" : ""),
           move + (switched ? " --complete" : "") + " --database FILE");
  }

  void look_at_the_lanes() {
    constexpr double kStuck = 60;
    for (const UnknownLanes& each : facts_.unknown_lanes) {
      hinder("lanes_unknown",
             "whether events of " + each.source +
                 " wait, or come to the old side, cannot be told: " + each.problem,
             "mend that and ask again; banyan events list --database FILE shows the lanes");
    }
    for (const Lane& lane : facts_.lanes) {
      if (lane.lane == facts_.module && lane.transport == "in_process") {
        hinder("lane_in_process",
               "events of " + lane.source + " are delivered to " + facts_.module +
                   " in this process, which is its old side",
               "start its service with its address known here (--at " + facts_.module +
                   "=HOST:PORT); banyan events list --database FILE shows the lanes");
      }
      if (lane.source != facts_.module) continue;
      if (lane.held == 0 && lane.oldest_unsent_seconds < kStuck) continue;
      hinder("lane_stuck",
             "events of " + facts_.module + " have not reached " + lane.lane + ": " +
                 std::to_string(lane.held) + " keys wait, the oldest event for " +
                 duration_text(
                     std::chrono::seconds{static_cast<std::int64_t>(lane.oldest_unsent_seconds)}),
             "banyan events list " + facts_.module + " --database FILE");
    }
  }

  void tell_operations() {
    std::map<std::string, LastUse> all;
    for (const std::string& each : facts_.operations) all[each].operation = each;
    if (facts_.uses) {
      for (const Use& use : facts_.uses->uses) {
        if (use.key.module != facts_.module || use.key.side != kOldSide) continue;
        LastUse& row = all[use.key.operation];
        row.operation = use.key.operation;
        row.count += use.count;
        row.last = row.last ? std::max(*row.last, use.last) : use.last;
        row.ways.push_back(use.key.way);
      }
    }
    for (const Caller& each : facts_.callers) {
      LastUse& row = all[each.operation];
      row.operation = each.operation;
      row.callers.push_back(each);
    }
    for (auto& [name, row] : all) judgement_.operations.push_back(std::move(row));
  }

  const Facts& facts_;
  Judgement judgement_;
};

}  // namespace

Judgement judge(const Facts& facts) { return Judge(facts).judge(); }

std::string duration_text(std::chrono::seconds time) {
  const auto text = [](std::int64_t number, const std::string& unit) {
    return std::to_string(number) + ' ' + unit + (number == 1 ? "" : "s");
  };
  const std::int64_t seconds = time.count();
  if (seconds >= 2 * 86'400) return text(seconds / 86'400, "day");
  if (seconds >= 2 * 3'600) return text(seconds / 3'600, "hour");
  if (seconds >= 120) return text(seconds / 60, "minute");
  return text(seconds, "second");
}

}  // namespace banyan::retirement
