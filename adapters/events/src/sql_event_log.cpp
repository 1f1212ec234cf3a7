// SPDX-License-Identifier: Apache-2.0
// Lanes: who follows, by which transport, and who has which of their slots.
#include "sql_event_log.hpp"

#include <utility>

namespace banyan::events {
namespace {

using sql::KitUnit;
using sql::Session;
using Text = std::string;
using std::chrono::microseconds;

bool is_free(const Text& held_by, const Text& who, const LeaseTime& until, const LeaseTime& now) {
  return held_by.empty() || held_by == who || until.is_over(now, SqlEventLog::kLongestWait);
}

}  // namespace

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

bool SqlEventLog::add_lane(const Text& lane, Start start, const Context& context) {
  bool there = false;
  access_.read(context, [&](KitUnit& unit) {
    there = unit.session
                .value<std::int64_t>(
                    "SELECT slot FROM banyan_lane WHERE module = :module AND lane = :lane"
                    " LIMIT 1",
                    module(), lane)
                .has_value();
  });
  if (there) return false;
  return write(context, [&](Session& session, const LeaseTime& /*now*/) {
    std::int64_t made = 0;
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
      made += session.run(
          "INSERT INTO banyan_lane (module, lane, slot, pos, epoch, holder, clock_of, held_until)"
          " VALUES (:module, :lane, :slot, :pos, 0, '', '', 0)"
          " ON CONFLICT (module, lane, slot) DO NOTHING",
          module(), lane, static_cast<std::int64_t>(slot), begins);
    }
    return made > 0;
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

}  // namespace banyan::events
