// SPDX-License-Identifier: Apache-2.0
// What is to be sent of a log, and what came of it.
#include <utility>

#include "sql_event_log.hpp"

namespace banyan::events {
namespace {

using sql::KitUnit;
using sql::Session;
using Text = std::string;
using std::chrono::microseconds;

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

// At least one stays. What is cut off is owed still, so the batch says that there is more.
void keep_to(const BatchLimits& limits, Batch& batch) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    bytes += batch.events[i].data.size();
    if (std::cmp_equal(i, limits.rows) || (i > 0 && bytes > limits.bytes)) {
      batch.events.resize(i);
      batch.more = true;
      return;
    }
  }
}

}  // namespace

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
  keep_to(limits, batch);
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
                       since, parked != 0, skips, std::move(reason), ordinal});
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

Batch SqlEventLog::events_of(const Lease& lease, const Hold& hold, const BatchLimits& limits,
                             const Context& context) {
  Batch batch;
  access_.read(context, [&](KitUnit& unit) {
    batch = {};
    for (auto& row : unit.session.all<std::int64_t, std::int64_t, Text, Text, Text, std::int64_t,
                                      Timestamp, Text, Text>(
             "SELECT " + Text(kColumns) +
                 " FROM banyan_outbox WHERE module = :module AND key = :key AND ord >= :ord AND"
                 " seq <= :position ORDER BY ord LIMIT :limit",
             module(), hold.key, hold.ordinal, lease.position, limits.rows + 1)) {
      batch.events.push_back(envelope_from(module(), std::move(row)));
    }
  });
  keep_to(limits, batch);
  return batch;
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
          " reason = excluded.reason WHERE banyan_held.ord >= :tried",
          module(), lease.lane, hold.key, static_cast<std::int64_t>(lease.slot), hold.from_seq,
          hold.ordinal, hold.type, hold.attempts, now.clock, now.after(hold.wait).micros,
          hold.since, static_cast<std::int64_t>(hold.parked), hold.reason, hold.tried);
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

}  // namespace banyan::events
