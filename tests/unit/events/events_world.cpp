// SPDX-License-Identifier: Apache-2.0
#include "unit/events/events_world.hpp"

#include <iostream>

#include "banyan/events/event_types_impl.hpp"
#include "banyan/events/subscriptions_impl.hpp"
#include "banyan/kernel/memory_store.hpp"
#include "banyan/kernel/random.hpp"
#include "banyan/migrations/runner.hpp"
#include "banyan/test/temporary_database.hpp"

namespace banyan::test {

/// What both modules store: lines.
struct Lines {
  std::vector<Seen> rows;
};
using LineStore = MemoryStore<Lines, Lines, Lines>;

namespace {

using namespace std::chrono_literals;

const std::vector<migrations::Script>& lamp_scripts() {
  static const std::vector<migrations::Script> scripts = {
      {"0001_create.sql",
       "CREATE TABLE lamp_lines (lamp TEXT NOT NULL, candela BIGINT NOT NULL);"
       "CREATE TABLE lamp_states (lamp TEXT NOT NULL PRIMARY KEY, candela BIGINT NOT NULL)"}};
  return scripts;
}
const std::vector<migrations::Script>& lighthouse_scripts() {
  static const std::vector<migrations::Script> scripts = {
      {"0001_create.sql",
       "CREATE TABLE seen_lines (place BIGINT NOT NULL, lamp TEXT NOT NULL, ord BIGINT NOT NULL,"
       " candela BIGINT NOT NULL); CREATE INDEX seen_by_place ON seen_lines (place)"}};
  return scripts;
}

}  // namespace

class EventsWorld::Parts final : public lighthouse::Subscriptions {
 public:
  Parts(Storage storage, std::filesystem::path sqlite_file) : file(std::move(sqlite_file)) {
    if (storage != Storage::Memory) open(storage);
    begin();
  }
  explicit Parts(const sql::DataSource& source) : file(source.file) {
    open(source);
    begin();
  }

  void begin() {
    const std::vector<events::EventType> types = events::types_of<lamps::Published>();
    if (!database) {
      auto lamp_events = std::make_shared<events::MemoryEvents>("lamps", types, environment());
      auto house_events = std::make_shared<events::MemoryEvents>(
          "lighthouse", std::vector<events::EventType>{}, environment());
      lamp_store.emplace(Lines{}, system_clock(), nullptr, lamp_events.get());
      house_store.emplace(Lines{}, system_clock(), nullptr, house_events.get());
      lamp_side = lamp_events;
      house_side = house_events;
    } else {
      lamp_side = events::make_sql_events(*lamp_database, types, environment());
      house_side = events::make_sql_events(*house_database, {}, environment());
    }
    receiver.emplace("lighthouse", subscriptions(), static_cast<lighthouse::Subscriptions*>(this),
                     house_side->inbox(), environment(), events::ReceiverOptions{});
    transport = events::make_in_process_transport(*receiver);
  }

  static const std::vector<events::Subscription>& subscriptions() {
    static const auto all = events::subscriptions_of<lighthouse::Subscriptions,
                                                     events::Source<"lamps", lamps::Published>>();
    return all;
  }

  void open(Storage storage) {
    if (file.empty()) file = folder.path() / "lamps.db";
    if (storage == Storage::Sqlite) return open({sql::Engine::Sqlite, file, {}});
    server.emplace(PostgresServer::shared().make_database());
    open({sql::Engine::Postgres, {}, server->url()});
  }

  void open(const sql::DataSource& source) {
    migrations::Runner(source, "test",
                       {{"lamps", lamp_scripts()}, {"lighthouse", lighthouse_scripts()}},
                       system_clock())
        .apply();
    database = sql::Database::open(source, {.application = "test"});
    lamp_database.emplace(database->connect("lamps", {"lamp_lines", "lamp_states"}));
    house_database.emplace(database->connect("lighthouse", {"seen_lines"}));
  }

  template <class E>
  void publish(const std::vector<E>& all, bool keeps) {
    const auto body = [&](UnitOfWork& unit) -> Result<void> {
      for (const E& event : all) unit.publish(event);
      if (!keeps) return fail(ErrorCode::Conflict, "lamps.dark", "the unit is undone");
      return {};
    };
    if (lamp_database) {
      (void)lamp_database->write(soon(), [&](sql::UnitOfWork& unit) {
        for (const E& event : all) {
          unit.session().run("INSERT INTO lamp_lines (lamp, candela) VALUES (:lamp, 1)",
                             event.lamp);
        }
        return body(unit);
      });
    } else {
      (void)lamp_store->write(soon(), [&](Lines&, UnitOfWork& unit) { return body(unit); });
    }
  }

  EventAnswer on(const lamps::LampLit& event, const EventContext& about,
                 const Context& context) override {
    Mood says;
    std::function<void()> inside;
    {
      const std::lock_guard lock(mutex);
      says = mood;
      inside = in_unit;
    }
    if (says) {
      if (auto answer = says(event, about)) return *std::move(answer);
    }
    const Seen row{event.lamp, about.ordinal, event.candela};
    if (house_store) {
      return EventAnswer::of(house_store->write(context, [&](Lines& lines) -> Result<void> {
        lines.rows.push_back(row);
        if (inside) inside();
        return {};
      }));
    }
    return EventAnswer::of(
        house_database->write(context, [&](sql::Session& session) -> Result<void> {
          session.run(
              "INSERT INTO seen_lines (place, lamp, ord, candela) SELECT"
              " coalesce(max(place), 0) + 1, CAST(:lamp AS TEXT), CAST(:ord AS BIGINT),"
              " CAST(:candela AS BIGINT) FROM seen_lines",
              row.lamp, row.ordinal, row.candela);
          if (inside) inside();
          return {};
        }));
  }

  std::vector<Seen> seen() {
    if (house_store) {
      return house_store->read(soon(), [](Lines& lines) { return lines.rows; });
    }
    return house_database->read(soon(), [](sql::Session& session) {
      std::vector<Seen> rows;
      for (auto& [lamp, ordinal, candela] : session.all<std::string, std::int64_t, std::int64_t>(
               "SELECT lamp, ord, candela FROM seen_lines ORDER BY place")) {
        rows.push_back({lamp, ordinal, candela});
      }
      return rows;
    });
  }

  TemporaryFolder folder{memory_folder()};
  std::filesystem::path file;
  std::optional<PostgresDatabase> server;
  std::unique_ptr<sql::Database> database;
  std::optional<sql::ModuleDatabase> lamp_database, house_database;
  std::shared_ptr<events::ModuleEvents> lamp_side, house_side;
  std::optional<LineStore> lamp_store, house_store;
  std::optional<events::Receiver> receiver;
  std::unique_ptr<events::EventTransport> transport;
  std::mutex mutex;
  Mood mood;
  std::function<void()> in_unit;
};

EventsWorld::EventsWorld(Storage storage)
    : parts_(std::make_unique<Parts>(storage, std::filesystem::path())) {}
EventsWorld::EventsWorld(const sql::DataSource& source) : parts_(std::make_unique<Parts>(source)) {}
std::unique_ptr<EventsWorld> EventsWorld::beside(EventsWorld& other) {
  return std::make_unique<EventsWorld>(other.source());
}
EventsWorld::EventsWorld(const std::filesystem::path& file)
    : parts_(std::make_unique<Parts>(Storage::Sqlite, file)) {}
EventsWorld::~EventsWorld() = default;

void EventsWorld::light(const std::string& lamp, std::int64_t candela, bool keeps) {
  parts_->publish(std::vector{lamps::LampLit{lamp, candela}}, keeps);
}
void EventsWorld::light(const std::vector<std::string>& lamps) {
  std::vector<lamps::LampLit> all;
  for (const std::string& lamp : lamps) all.push_back({lamp, 1});
  parts_->publish(all, true);
}
void EventsWorld::dust(const std::string& lamp) { dust(std::vector{lamp}); }
void EventsWorld::dust(const std::vector<std::string>& lamps) {
  std::vector<lamps::LampDusted> all;
  for (const std::string& lamp : lamps) all.push_back({lamp});
  parts_->publish(all, true);
}

void EventsWorld::publish_then_write(const std::string& lamp, std::int64_t candela,
                                     const std::function<void()>& meanwhile) {
  (void)parts_->lamp_database->write(soon(), [&](sql::UnitOfWork& unit) -> Result<void> {
    unit.publish(lamps::LampLit{lamp, candela});
    meanwhile();
    unit.session().run(
        "INSERT INTO lamp_states (lamp, candela) VALUES (:lamp, :candela)"
        " ON CONFLICT (lamp) DO UPDATE SET candela = excluded.candela",
        lamp, candela);
    return {};
  });
}
std::int64_t EventsWorld::candela_of(const std::string& lamp) {
  return parts_->lamp_database->read(soon(), [&](sql::Session& session) {
    return session.value<std::int64_t>("SELECT candela FROM lamp_states WHERE lamp = :lamp", lamp)
        .value_or(0);
  });
}

std::int64_t EventsWorld::published() {
  return parts_->lamp_database->read(soon(), [](sql::Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM lamp_lines").value();
  });
}

std::vector<Seen> EventsWorld::seen() { return parts_->seen(); }
std::vector<Seen> EventsWorld::seen_of(const std::string& lamp) {
  std::vector<Seen> all = seen();
  std::erase_if(all, [&](const Seen& each) { return each.lamp != lamp; });
  return all;
}

void EventsWorld::set_mood(Mood mood) {
  const std::lock_guard lock(parts_->mutex);
  parts_->mood = std::move(mood);
}
void EventsWorld::set_in_unit(std::function<void()> call) {
  const std::lock_guard lock(parts_->mutex);
  parts_->in_unit = std::move(call);
}

events::EventLog& EventsWorld::log() { return parts_->lamp_side->log(); }
events::Inbox& EventsWorld::inbox() { return parts_->house_side->inbox(); }
events::ModuleEvents& EventsWorld::publisher() { return *parts_->lamp_side; }
const events::Receiver& EventsWorld::receiver() const { return *parts_->receiver; }
sql::Database& EventsWorld::database() { return *parts_->database; }
sql::DataSource EventsWorld::source() const { return parts_->database->source(); }
std::filesystem::path EventsWorld::file() const { return parts_->file; }

std::unique_ptr<events::Relay> EventsWorld::relay(const std::string& holder,
                                                  events::RelayOptions options,
                                                  events::RelayObserver observer) {
  auto relay =
      std::make_unique<events::Relay>(log(), holder, environment(), options, std::move(observer));
  relay->add_lane("lighthouse", events::Start::Beginning, {parts_->transport.get()});
  return relay;
}

// No time passes between attempts: tests say how often something is tried.
events::RelayOptions EventsWorld::quick() {
  return {.first_backoff = 0ms, .longest_backoff = 0ms, .max_attempts = 3};
}

Context EventsWorld::soon() { return Context::begin(30s, system_clock(), system_random()); }

const Environment& EventsWorld::environment() {
  static const std::unique_ptr<Scheduler> scheduler = make_thread_scheduler();
  static const Environment environment{system_clock(), system_random(), *scheduler};
  return environment;
}

}  // namespace banyan::test
