// SPDX-License-Identifier: Apache-2.0
#include "e2e/events/keeper.hpp"

#include <utility>

#include "banyan/events/subscriptions_impl.hpp"
#include "banyan/migrations/runner.hpp"

namespace banyan::test {
namespace {

const std::vector<migrations::Script>& scripts() {
  static const std::vector<migrations::Script> scripts = {
      {"0001_create.sql",
       "CREATE TABLE kept_lines (place BIGINT NOT NULL, lamp TEXT NOT NULL, ord BIGINT NOT NULL,"
       " candela BIGINT NOT NULL); CREATE INDEX kept_by_place ON kept_lines (place)"}};
  return scripts;
}

const std::vector<events::Subscription>& subscriptions() {
  static const auto all =
      events::subscriptions_of<keeper::Subscriptions, events::Source<"lamps", lamps::Published>>();
  return all;
}

sql::ModuleDatabase connected(EventsWorld& world) {
  migrations::Runner(world.source(), "test", {{"keeper", scripts()}}, system_clock()).apply();
  return world.database().connect("keeper", Keeper::tables());
}

}  // namespace

const std::vector<std::string>& Keeper::tables() {
  static const std::vector<std::string> tables{"kept_lines"};
  return tables;
}

Keeper::Keeper(EventsWorld& world, EventsWorld::Mood mood)
    : mood_(std::move(mood)),
      database_(connected(world)),
      events_(events::make_sql_events(database_, {}, EventsWorld::environment())) {
  receiver_.emplace("keeper", subscriptions(), static_cast<keeper::Subscriptions*>(this),
                    events_->inbox(), EventsWorld::environment(), events::ReceiverOptions{});
}

EventAnswer Keeper::on(const lamps::LampLit& event, const EventContext& about,
                       const Context& context) {
  if (mood_) {
    if (auto answer = mood_(event, about)) return *std::move(answer);
  }
  const Seen row{event.lamp, about.ordinal, event.candela};
  return EventAnswer::of(database_.write(context, [&](sql::Session& session) -> Result<void> {
    session.run(
        "INSERT INTO kept_lines (place, lamp, ord, candela) SELECT coalesce(max(place), 0) + 1,"
        " CAST(:lamp AS TEXT), CAST(:ord AS BIGINT), CAST(:candela AS BIGINT) FROM kept_lines",
        row.lamp, row.ordinal, row.candela);
    return {};
  }));
}

std::vector<Seen> Keeper::seen() {
  return database_.read(EventsWorld::soon(), [](sql::Session& session) {
    std::vector<Seen> rows;
    for (auto& [lamp, ordinal, candela] : session.all<std::string, std::int64_t, std::int64_t>(
             "SELECT lamp, ord, candela FROM kept_lines ORDER BY place")) {
      rows.push_back({lamp, ordinal, candela});
    }
    return rows;
  });
}

}  // namespace banyan::test
