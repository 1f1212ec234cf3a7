// SPDX-License-Identifier: Apache-2.0
#include "sql_event_log.hpp"

#include <algorithm>
#include <utility>

namespace banyan::events {
namespace {

using sql::KitUnit;
using sql::Session;
using Text = std::string;
using std::chrono::microseconds;

// What is further away than anybody waits was written by a clock that has been put back.
constexpr microseconds kLongestWait = std::chrono::hours(24);

bool is_free(const Text& held_by, const Text& who, const LeaseTime& until, const LeaseTime& now) {
  return held_by.empty() || held_by == who || until.is_over(now, kLongestWait);
}

constexpr std::string_view kColumns = "seq, slot, id, type, key, ord, at, trace, data";

Envelope envelope_from(
    const Text& module,
    std::tuple<std::int64_t, std::int64_t, Text, Text, Text, std::int64_t, Timestamp, Text, Text>
        row) {
  auto& [seq, slot, id, type, key, ordinal, at, trace, data] = row;
  return {seq,
          static_cast<int>(slot),
          module,
          std::move(id),
          std::move(type),
          std::move(key),
          ordinal,
          at,
          std::move(trace),
          std::move(data)};
}

// At least one.
void keep_to_bytes(std::vector<Envelope>& events, std::size_t bytes) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    sum += events[i].data.size();
    if (i > 0 && sum > bytes) {
      events.resize(i);
      return;
    }
  }
}

// Which of the server's advisory locks guards a slot: a class of the kit's own ("bany" in ASCII),
// and in it a number of the module's. Two modules that share one only wait for each other.
constexpr std::int64_t kLockClass = 0x62616e79;
std::int64_t lock_of(const Text& module, int slot) {
  std::uint32_t hash = 2166136261U;
  for (const char character : module) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 16777619U;
  }
  constexpr std::uint32_t kModules = 1U << 20U;
  return static_cast<std::int64_t>(hash % kModules) * 1024 + slot;
}

std::int64_t next_ordinal(Session& kit, const Text& module, const Text& key) {
  return kit
      .value<std::int64_t>(
          "INSERT INTO banyan_outbox_head (module, key, ord) VALUES (:module, :key, 1)"
          " ON CONFLICT (module, key) DO UPDATE SET ord = banyan_outbox_head.ord + 1 RETURNING ord",
          module, key)
      .value();
}

// The only writer of the file.
void append_to_file(Session& kit, const Text& module, std::vector<Envelope>& events) {
  const auto count = static_cast<std::int64_t>(events.size());
  std::int64_t seq =
      kit.value<std::int64_t>(
             "INSERT INTO banyan_outbox_end (module, seq) VALUES (:module, :count)"
             " ON CONFLICT (module) DO UPDATE SET seq = banyan_outbox_end.seq + :count"
             " RETURNING seq",
             module, count)
          .value() -
      count;
  for (const Envelope& event : events) {
    kit.run(
        "INSERT INTO banyan_outbox (module, slot, seq, key, ord, id, type, at, trace, data) VALUES"
        " (:module, :slot, :seq, :key, :ord, :id, :type, :at, :trace, :data)",
        module, static_cast<std::int64_t>(event.slot), ++seq, event.key,
        next_ordinal(kit, module, event.key), event.id, event.type, event.time, event.traceparent,
        event.data);
  }
}

// The number is drawn under the lock of the slot, which is held until the commit can be seen: what
// a reader sees of a slot is a beginning of it.
void append_on_server(Session& kit, const Text& module, std::vector<Envelope>& events) {
  for (const Envelope& event : events) {
    kit.run(
        "WITH turn AS (SELECT pg_advisory_xact_lock(CAST(:class AS INTEGER), CAST(:lock AS"
        " INTEGER))) INSERT INTO banyan_outbox (module, slot, seq, key, ord, id, type, at, trace,"
        " data) SELECT CAST(:module AS TEXT), CAST(:slot AS BIGINT),"
        " nextval('banyan_outbox_seq'), CAST(:key AS TEXT), CAST(:ord AS BIGINT),"
        " CAST(:id AS TEXT), CAST(:type AS TEXT), CAST(:at AS BIGINT), CAST(:trace AS TEXT),"
        " CAST(:data AS TEXT) FROM turn",
        kLockClass, lock_of(module, event.slot), module, static_cast<std::int64_t>(event.slot),
        event.key, next_ordinal(kit, module, event.key), event.id, event.type, event.time,
        event.traceparent, event.data);
  }
}

}  // namespace

void SqlEventLog::append(Session& kit, sql::Engine engine, const Text& module,
                         std::vector<Envelope> events) {
  if (engine == sql::Engine::Sqlite) {
    append_to_file(kit, module, events);
  } else {
    append_on_server(kit, module, events);
  }
}

bool SqlEventLog::write(const Context& context, const Body& body) const {
  bool kept = false;
  const auto refused = access_.write(context, [&](KitUnit& unit) {
    kept = body(unit.session, unit.lease_now());
    return kept;
  });
  if (refused) throw OperationalFault(*refused, refused->message);
  return kept;
}

std::int64_t SqlEventLog::end_of(Session& session) const {
  if (access_.engine() == sql::Engine::Sqlite) {
    return session
        .value<std::int64_t>("SELECT seq FROM banyan_outbox_end WHERE module = :module", module())
        .value_or(0);
  }
  return session
      .value<std::int64_t>("SELECT coalesce(pg_sequence_last_value('banyan_outbox_seq'), 0)")
      .value_or(0);
}

void SqlEventLog::add_lane(const Text& lane, Start start, const Context& context) {
  bool there = false;
  access_.read(context, [&](KitUnit& unit) {
    there = unit.session
                .value<std::int64_t>(
                    "SELECT slot FROM banyan_lane WHERE module = :module AND lane = :lane"
                    " LIMIT 1",
                    module(), lane)
                .has_value();
  });
  if (there) return;
  write(context, [&](Session& session, const LeaseTime& /*now*/) {
    for (int slot = 0; slot < kSlots; ++slot) {
      // Of the slot and not of the log: what is about to be committed elsewhere comes after.
      const auto begins = start == Start::Beginning
                              ? 0
                              : session
                                    .value<std::optional<std::int64_t>>(
                                        "SELECT max(seq) FROM banyan_outbox WHERE module = :module "
                                        "AND slot = :slot",
                                        module(), static_cast<std::int64_t>(slot))
                                    .value_or(0)
                                    .value_or(0);
      session.run(
          "INSERT INTO banyan_lane (module, lane, slot, pos, epoch, holder, clock_of, held_until)"
          " VALUES (:module, :lane, :slot, :pos, 0, '', '', 0)"
          " ON CONFLICT (module, lane, slot) DO NOTHING",
          module(), lane, static_cast<std::int64_t>(slot), begins);
    }
    return true;
  });
}

Route SqlEventLog::route_of(Session& session, const Text& lane) const {
  auto row = session.one<Text, Text, std::int64_t>(
      "SELECT transport, before, from_seq FROM banyan_lane_route WHERE module = :module"
      " AND lane = :lane",
      module(), lane);
  if (!row) return {};
  auto& [transport, before, from_seq] = *row;
  return {std::move(transport), std::move(before), from_seq};
}

Route SqlEventLog::take_route(const Text& lane, const Text& transport, const Context& context) {
  Route route;
  access_.read(context, [&](KitUnit& unit) { route = route_of(unit.session, lane); });
  if (route.transport == transport) return route;
  write(context, [&](Session& session, const LeaseTime& /*now*/) {
    const Route old = route_of(session, lane);
    route = {transport, old.transport, end_of(session)};
    if (old.transport == transport) route = old;
    // Home again before the other had begun: there is no border to be kept.
    if (old.before == transport) route = {transport, "", old.from_seq};
    session.run(
        "INSERT INTO banyan_lane_route (module, lane, transport, before, from_seq, since) VALUES"
        " (:module, :lane, :transport, :before, :from, 0) ON CONFLICT (module, lane) DO UPDATE SET"
        " transport = excluded.transport, before = excluded.before, from_seq = excluded.from_seq",
        module(), lane, route.transport, route.before, route.from_seq);
    return true;
  });
  return route;
}

Route SqlEventLog::settle_route(const Text& lane, const Context& context) {
  Route route;
  bool left = false;
  access_.read(context, [&](KitUnit& unit) {
    route = route_of(unit.session, lane);
    if (route.before.empty()) return;
    left = unit.session
               .value<std::int64_t>(
                   "SELECT 1 FROM banyan_lane AS l WHERE l.module = :module AND l.lane = :lane AND"
                   " (EXISTS (SELECT 1 FROM banyan_outbox AS o WHERE o.module = l.module AND"
                   " o.slot = l.slot AND o.seq > l.pos AND o.seq <= :from) OR EXISTS (SELECT 1 FROM"
                   " banyan_held AS h WHERE h.module = l.module AND h.lane = l.lane AND"
                   " h.from_seq <= :from)) LIMIT 1",
                   module(), lane, route.from_seq)
               .has_value();
  });
  if (route.before.empty() || left) return route;
  write(context, [&](Session& session, const LeaseTime& /*now*/) {
    return session.run(
               "UPDATE banyan_lane_route SET before = '' WHERE module = :module AND lane = :lane"
               " AND from_seq = :from",
               module(), lane, route.from_seq) == 1;
  });
  route.before.clear();
  return route;
}

std::vector<int> SqlEventLog::slots_with_work(const Text& lane, const Text& holder,
                                              const Context& context) {
  std::vector<int> slots;
  access_.read(context, [&](KitUnit& unit) {
    const LeaseTime now = unit.lease_now();
    for (const auto& [slot, held_by, clock, until] :
         unit.session.all<std::int64_t, Text, Text, std::int64_t>(
             "SELECT l.slot, l.holder, l.clock_of, l.held_until FROM banyan_lane AS l WHERE"
             " l.module = :module AND l.lane = :lane AND (EXISTS (SELECT 1 FROM banyan_outbox AS o"
             " WHERE o.module = l.module AND o.slot = l.slot AND o.seq > l.pos) OR EXISTS (SELECT 1"
             " FROM banyan_held AS h WHERE h.module = l.module AND h.lane = l.lane AND"
             " h.slot = l.slot AND h.parked = 0 AND (h.next_at <= :now OR h.clock_of <> :clock OR"
             " h.next_at > :far))) ORDER BY l.slot",
             module(), lane, now.micros, now.clock, now.after(kLongestWait).micros)) {
      if (!is_free(held_by, holder, {clock, until}, now)) continue;
      slots.push_back(static_cast<int>(slot));
    }
  });
  return slots;
}

std::optional<Lease> SqlEventLog::lease(const Text& lane, int slot, const Text& holder,
                                        microseconds length, const Context& context) {
  std::optional<Lease> lease;
  write(context, [&](Session& session, const LeaseTime& now) {
    lease.reset();
    auto row = session.one<std::int64_t, std::int64_t, Text, Text, std::int64_t>(
        "SELECT pos, epoch, holder, clock_of, held_until FROM banyan_lane WHERE module = :module"
        " AND lane = :lane AND slot = :slot",
        module(), lane, static_cast<std::int64_t>(slot));
    if (!row) return false;
    const auto& [position, epoch, held_by, clock, until] = *row;
    if (!is_free(held_by, holder, {clock, until}, now)) return false;
    session.run(
        "UPDATE banyan_lane SET epoch = :epoch, holder = :holder, clock_of = :clock,"
        " held_until = :until WHERE module = :module AND lane = :lane AND slot = :slot",
        epoch + 1, holder, now.clock, now.after(length).micros, module(), lane,
        static_cast<std::int64_t>(slot));
    lease = Lease{lane, slot, position, epoch + 1};
    return true;
  });
  return lease;
}

bool SqlEventLog::renew(const Lease& lease, microseconds length, const Context& context) {
  return write(context, [&](Session& session, const LeaseTime& now) {
    return session.run(
               "UPDATE banyan_lane SET clock_of = :clock, held_until = :until WHERE"
               " module = :module AND lane = :lane AND slot = :slot AND epoch = :epoch",
               now.clock, now.after(length).micros, module(), lease.lane,
               static_cast<std::int64_t>(lease.slot), lease.epoch) == 1;
  });
}

Batch SqlEventLog::read(const Lease& lease, const BatchLimits& limits, const Context& context) {
  Batch batch;
  access_.read(context, [&](KitUnit& unit) {
    batch = {};
    for (auto& [seq, slot, id, type, key, ordinal, at, trace, data, held] :
         unit.session.all<std::int64_t, std::int64_t, Text, Text, Text, std::int64_t, Timestamp,
                          Text, Text, std::int64_t>(
             "SELECT o.seq, o.slot, o.id, o.type, o.key, o.ord, o.at, o.trace, o.data,"
             " CASE WHEN EXISTS (SELECT 1 FROM banyan_held AS h WHERE h.module = o.module AND"
             " h.lane = :lane AND h.key = o.key) THEN 1 ELSE 0 END"
             " FROM banyan_outbox AS o WHERE o.module = :module AND o.slot = :slot AND"
             " o.seq > :position ORDER BY o.seq LIMIT :limit",
             lease.lane, module(), static_cast<std::int64_t>(lease.slot), lease.position,
             limits.rows + 1)) {
      if (held != 0) batch.held.insert(key);
      batch.events.push_back(
          envelope_from(module(), {seq, slot, std::move(id), std::move(type), std::move(key),
                                   ordinal, at, std::move(trace), std::move(data)}));
    }
  });
  const std::size_t found = batch.events.size();
  if (std::cmp_greater(found, limits.rows)) batch.events.pop_back();
  keep_to_bytes(batch.events, limits.bytes);
  batch.more = batch.events.size() < found;
  return batch;
}

std::vector<Hold> SqlEventLog::holds_where(Session& session, const LeaseTime& now, const Text& lane,
                                           std::optional<int> due_in, std::int64_t limit) const {
  std::vector<Hold> holds;
  const auto take = [&](auto rows) {
    for (auto& [key, at, from_seq, ordinal, type, attempts, clock, next_at, since, parked, skips,
                reason] : rows) {
      const bool over = LeaseTime{clock, next_at}.is_over(now, kLongestWait);
      holds.push_back({lane, std::move(key), static_cast<int>(at), from_seq, ordinal,
                       std::move(type), attempts, microseconds(over ? 0 : next_at - now.micros),
                       since, parked != 0, skips, std::move(reason)});
    }
  };
  using I = std::int64_t;
  const Text all =
      "SELECT key, slot, from_seq, ord, type, attempts, clock_of, next_at, since, parked, skips,"
      " reason FROM banyan_held WHERE module = :module AND lane = :lane";
  if (due_in) {
    take(session.all<Text, I, I, I, Text, I, Text, I, Timestamp, I, I, Text>(
        all + " AND slot = :slot AND parked = 0 AND (next_at <= :now OR clock_of <> :clock OR"
              " next_at > :far) ORDER BY next_at LIMIT :limit",
        module(), lane, static_cast<I>(*due_in), now.micros, now.clock,
        now.after(kLongestWait).micros, limit));
  } else {
    take(session.all<Text, I, I, I, Text, I, Text, I, Timestamp, I, I, Text>(
        all + " ORDER BY since, key LIMIT :limit", module(), lane, limit));
  }
  return holds;
}

std::vector<Hold> SqlEventLog::due(const Lease& lease, std::int64_t limit, const Context& context) {
  std::vector<Hold> holds;
  access_.read(context, [&](KitUnit& unit) {
    holds = holds_where(unit.session, unit.lease_now(), lease.lane, lease.slot, limit);
  });
  return holds;
}

std::vector<Hold> SqlEventLog::holds(const Text& lane, std::int64_t limit, const Context& context) {
  std::vector<Hold> holds;
  access_.read(context, [&](KitUnit& unit) {
    holds = holds_where(unit.session, unit.lease_now(), lane, std::nullopt, limit);
  });
  return holds;
}

std::vector<Envelope> SqlEventLog::events_of(const Lease& lease, const Hold& hold,
                                             const BatchLimits& limits, const Context& context) {
  std::vector<Envelope> events;
  access_.read(context, [&](KitUnit& unit) {
    events.clear();
    for (auto& row : unit.session.all<std::int64_t, std::int64_t, Text, Text, Text, std::int64_t,
                                      Timestamp, Text, Text>(
             "SELECT " + Text(kColumns) +
                 " FROM banyan_outbox WHERE module = :module AND key = :key AND ord >= :ord AND"
                 " seq <= :position ORDER BY ord LIMIT :limit",
             module(), hold.key, hold.ordinal, lease.position, limits.rows)) {
      events.push_back(envelope_from(module(), std::move(row)));
    }
  });
  keep_to_bytes(events, limits.bytes);
  return events;
}

bool SqlEventLog::settle(const Lease& lease, const Settlement& settlement, const Context& context) {
  return write(context, [&](Session& session, const LeaseTime& now) {
    const Text release = settlement.release ? ", holder = ''" : "";
    const auto mine = session.run("UPDATE banyan_lane SET pos = :pos" + release +
                                      " WHERE module = :module AND lane = :lane AND slot = :slot"
                                      " AND epoch = :epoch",
                                  settlement.position, module(), lease.lane,
                                  static_cast<std::int64_t>(lease.slot), lease.epoch);
    if (mine != 1) return false;
    // First: a key may be held again in the same round.
    for (const Text& key : settlement.resolved) {
      session.run("DELETE FROM banyan_held WHERE module = :module AND lane = :lane AND key = :key",
                  module(), lease.lane, key);
    }
    for (const Hold& hold : settlement.holds) {
      // What an operator has said meanwhile about the same event stays.
      session.run(
          "INSERT INTO banyan_held (module, lane, key, slot, from_seq, ord, type, attempts,"
          " clock_of, next_at, since, parked, skips, reason) VALUES (:module, :lane, :key, :slot,"
          " :from, :ord, :type, :attempts, :clock, :next, :since, :parked, 0, :reason)"
          " ON CONFLICT (module, lane, key) DO UPDATE SET from_seq = excluded.from_seq,"
          " ord = excluded.ord, type = excluded.type, attempts = excluded.attempts,"
          " clock_of = excluded.clock_of, next_at = excluded.next_at, parked = excluded.parked,"
          " skips = CASE WHEN banyan_held.skips >= excluded.ord THEN banyan_held.skips ELSE 0 END,"
          " reason = excluded.reason",
          module(), lease.lane, hold.key, static_cast<std::int64_t>(lease.slot), hold.from_seq,
          hold.ordinal, hold.type, hold.attempts, now.clock, now.after(hold.wait).micros,
          hold.since, static_cast<std::int64_t>(hold.parked), hold.reason);
    }
    return true;
  });
}

std::int64_t SqlEventLog::purge(Timestamp before, std::int64_t limit, const Context& context) {
  std::int64_t purged = 0;
  write(context, [&](Session& session, const LeaseTime& /*now*/) {
    purged = 0;
    for (std::int64_t slot = 0; slot < kSlots && purged < limit; ++slot) {
      purged += session.run(
          "DELETE FROM banyan_outbox WHERE module = :module AND slot = :slot AND seq IN (SELECT"
          " seq FROM banyan_outbox WHERE module = :module AND slot = :slot AND at < :before AND"
          " seq <= coalesce((SELECT min(pos) FROM banyan_lane WHERE module = :module AND"
          " slot = :slot), seq) AND seq < coalesce((SELECT min(from_seq) FROM banyan_held WHERE"
          " module = :module AND slot = :slot), seq + 1) ORDER BY seq LIMIT :limit)",
          module(), slot, before, limit - purged);
    }
    return purged > 0;
  });
  return purged;
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
      const auto held = session.one<I, std::optional<I>, std::optional<Timestamp>>(
          "SELECT count(*), CAST(sum(parked) AS BIGINT), min(since) FROM banyan_held WHERE"
          " module = :module AND lane = :lane",
          module(), lane);
      report.held = std::get<0>(*held);
      report.parked = std::get<1>(*held).value_or(0);
      report.oldest_held = std::get<2>(*held);
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
    if (replayed > 0) note(session, lane, key, "replay", by);
    return replayed > 0;
  });
  return replayed;
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

bool SqlEventLog::forget_lane(const Text& lane, const By& by, const Context& context) {
  return write(context, [&](Session& session, const LeaseTime& /*now*/) {
    std::int64_t forgotten = 0;
    for (const char* const table : {"banyan_lane", "banyan_lane_route", "banyan_held"}) {
      forgotten +=
          session.run("DELETE FROM " + Text(table) + " WHERE module = :module AND lane = :lane",
                      module(), lane);
    }
    if (forgotten > 0) note(session, lane, "", "forget", by);
    return forgotten > 0;
  });
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
