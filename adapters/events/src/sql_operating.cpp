// SPDX-License-Identifier: Apache-2.0
// What operators see of a log, and do to it.
#include <algorithm>
#include <utility>

#include "refusals.hpp"
#include "sql_event_log.hpp"

namespace banyan::events {
namespace {

using sql::KitUnit;
using sql::Session;
using Text = std::string;

// Of a row of banyan_held what gap_of() says of a hold.
Text is_gap() { return "reason LIKE '" + Text(kEventGap) + "%'"; }

}  // namespace

std::vector<Hold> SqlEventLog::holds(const Text& lane, std::int64_t limit, const Context& context) {
  std::vector<Hold> holds;
  access_.read(context, [&](KitUnit& unit) {
    holds = holds_where(unit.session, unit.lease_now(), lane, std::nullopt, limit);
  });
  return holds;
}

std::vector<LaneReport> SqlEventLog::lanes(const Context& context) {
  std::vector<LaneReport> reports;
  access_.read(context, [&](KitUnit& unit) {
    reports.clear();
    Session& session = unit.session;
    const std::int64_t head = end_of(session);
    using I = std::int64_t;
    for (auto& [lane] : session.all<Text>(
             "SELECT DISTINCT lane FROM banyan_lane WHERE module = :module ORDER BY lane",
             module())) {
      LaneReport& report = reports.emplace_back();
      report.lane = lane;
      report.route = route_of(session, lane);
      report.head = head;
      report.position = head;
      for (const auto& [slot, position] :
           session.all<I, I>("SELECT slot, pos FROM banyan_lane WHERE module = :module AND"
                             " lane = :lane",
                             module(), lane)) {
        const auto behind = session.one<I, std::optional<Timestamp>>(
            "SELECT count(*), min(at) FROM banyan_outbox WHERE module = :module AND slot = :slot"
            " AND seq > :position",
            module(), slot, position);
        const auto& [unsent, oldest] = *behind;
        if (unsent == 0) continue;
        report.unsent += unsent;
        report.position = std::min(report.position, position);
        if (oldest && (!report.oldest_unsent || oldest->micros < report.oldest_unsent->micros)) {
          report.oldest_unsent = oldest;
        }
      }
      const auto held =
          session.one<I, std::optional<I>, std::optional<Timestamp>, std::optional<I>>(
              "SELECT count(*), CAST(sum(parked) AS BIGINT), min(since), CAST(sum(CASE WHEN " +
                  is_gap() +
                  " THEN 1 ELSE 0 END) AS BIGINT) FROM banyan_held WHERE module = :module AND"
                  " lane = :lane",
              module(), lane);
      report.held = std::get<0>(*held);
      report.parked = std::get<1>(*held).value_or(0);
      report.oldest_held = std::get<2>(*held);
      report.gaps = std::get<3>(*held).value_or(0);
    }
  });
  return reports;
}

void SqlEventLog::note(Session& session, const Text& lane, const Text& key, std::string_view action,
                       const By& by) const {
  session.run(
      "INSERT INTO banyan_lane_action (module, at, lane, key, action, who, why) VALUES (:module,"
      " :at, :lane, :key, :action, :who, :why) ON CONFLICT DO NOTHING",
      module(), clock_->now(), lane, key, action, by.who, by.why);
}

std::int64_t SqlEventLog::replay(const Text& lane, const Text& key, const By& by,
                                 const Context& context) {
  std::int64_t replayed = 0;
  write(context, [&](Session& session, const LeaseTime& now) {
    replayed = session.run(
        "UPDATE banyan_held SET attempts = 0, parked = 0, clock_of = :clock, next_at = :now WHERE"
        " module = :module AND lane = :lane AND (key = :key OR :key = '')",
        now.clock, now.micros, module(), lane, key);
    for (const auto& [held] : session.all<Text>(
             "SELECT key FROM banyan_held WHERE module = :module AND lane = :lane AND (key = :key"
             " OR :key = '') AND " +
                 is_gap(),
             module(), lane, key)) {
      begin_with_first(session, lane, held);
    }
    if (replayed > 0) note(session, lane, key, "replay", by);
    return replayed > 0;
  });
  return replayed;
}

// Of the key's events the first that is still there.
void SqlEventLog::begin_with_first(Session& session, const Text& lane, const Text& key) const {
  const auto first = session.one<std::int64_t, std::int64_t, Text>(
      "SELECT seq, ord, type FROM banyan_outbox WHERE module = :module AND key = :key"
      " ORDER BY ord LIMIT 1",
      module(), key);
  if (!first) return;
  const auto& [seq, ordinal, type] = *first;
  session.run(
      "UPDATE banyan_held SET from_seq = :seq, ord = :ord, type = :type, skips = 0 WHERE"
      " module = :module AND lane = :lane AND key = :key AND ord > :ord",
      seq, ordinal, type, module(), lane, key);
}

bool SqlEventLog::skip(const Text& lane, const Text& key, const By& by, const Context& context) {
  return write(context, [&](Session& session, const LeaseTime& now) {
    const bool held =
        session.run(
            "UPDATE banyan_held SET attempts = 0, parked = 0, clock_of = :clock, next_at = :now,"
            " skips = ord WHERE module = :module AND lane = :lane AND key = :key",
            now.clock, now.micros, module(), lane, key) == 1;
    if (held) note(session, lane, key, "skip", by);
    return held;
  });
}

// What is under way would be marked by the follower after its marks were forgotten.
Result<bool> SqlEventLog::forget_lane(const Text& lane, const By& by, const Context& context) {
  bool at_work = false;
  const bool done = write(context, [&](Session& session, const LeaseTime& now) {
    at_work = false;
    for (const auto& [clock, until] : session.all<Text, std::int64_t>(
             "SELECT clock_of, held_until FROM banyan_lane WHERE module = :module AND"
             " lane = :lane AND holder <> ''",
             module(), lane)) {
      at_work = at_work || !LeaseTime{clock, until}.is_over(now, kLongestWait);
    }
    if (at_work) return false;
    std::int64_t forgotten = 0;
    for (const char* const table : {"banyan_lane", "banyan_lane_route", "banyan_held"}) {
      forgotten +=
          session.run("DELETE FROM " + Text(table) + " WHERE module = :module AND lane = :lane",
                      module(), lane);
    }
    if (forgotten > 0) note(session, lane, "", "forget", by);
    return forgotten > 0;
  });
  if (at_work) return fail(lane_at_work(module(), lane));
  return done;
}

std::vector<LaneAction> SqlEventLog::actions(std::int64_t limit, const Context& context) {
  std::vector<LaneAction> actions;
  access_.read(context, [&](KitUnit& unit) {
    actions.clear();
    for (auto& [at, lane, key, action, who, why] :
         unit.session.all<Timestamp, Text, Text, Text, Text, Text>(
             "SELECT at, lane, key, action, who, why FROM banyan_lane_action WHERE"
             " module = :module ORDER BY at DESC LIMIT :limit",
             module(), limit)) {
      actions.push_back({at,
                         std::move(lane),
                         std::move(key),
                         std::move(action),
                         {std::move(who), std::move(why)}});
    }
  });
  return actions;
}

}  // namespace banyan::events
