// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "banyan/events/memory_events.hpp"
#include "banyan/events/receiver.hpp"
#include "banyan/events/relay.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/postgres_server.hpp"
#include "unit/events/lamps.hpp"

namespace banyan::test {

enum class Storage : std::uint8_t { Memory, Sqlite, Postgres };
inline void PrintTo(Storage storage, std::ostream* out) {
  *out << (storage == Storage::Memory   ? "memory"
           : storage == Storage::Sqlite ? "sqlite"
                                        : "postgresql");
}

inline const events::By kOperator{"somebody@here", "it was looked at"};

/// What the lighthouse has kept of one event.
struct Seen {
  std::string lamp;
  std::int64_t ordinal = 0;
  std::int64_t candela = 0;
  friend bool operator==(const Seen&, const Seen&) = default;
};

/// The two modules of lamps.hpp with their events, on one kind of storage.
class EventsWorld {
 public:
  explicit EventsWorld(Storage storage);
  /// On an SQLite file that other processes may have, too.
  explicit EventsWorld(const std::filesystem::path& file);
  explicit EventsWorld(const sql::DataSource& source);
  /// What another process sees of the same tables.
  static std::unique_ptr<EventsWorld> beside(EventsWorld& other);
  ~EventsWorld();
  EventsWorld(const EventsWorld&) = delete;
  EventsWorld& operator=(const EventsWorld&) = delete;

  /// One unit of work of the lamps. False: it is undone.
  void light(const std::string& lamp, std::int64_t candela, bool keeps = true);
  void light(const std::vector<std::string>& lamps);
  void dust(const std::string& lamp);
  void dust(const std::vector<std::string>& lamps);
  /// One unit that publishes, then calls `meanwhile`, and then writes the lamp's own row.
  void publish_then_write(const std::string& lamp, std::int64_t candela,
                          const std::function<void()>& meanwhile);
  /// What that row says.
  std::int64_t candela_of(const std::string& lamp);

  /// How many events that are to be seen have been committed.
  std::int64_t published();
  /// In the order of their handling.
  std::vector<Seen> seen();
  std::vector<Seen> seen_of(const std::string& lamp);

  /// What the lighthouse says to an event before it does anything; empty: go on.
  using Mood =
      std::function<std::optional<EventAnswer>(const lamps::LampLit&, const EventContext&)>;
  void set_mood(Mood mood);
  /// Called inside of the lighthouse's unit of work, after it has written.
  void set_in_unit(std::function<void()> call);

  events::EventLog& log();
  events::Inbox& inbox();
  events::ModuleEvents& publisher();
  const events::Receiver& receiver() const;
  std::unique_ptr<events::Relay> relay(const std::string& holder = "relay",
                                       events::RelayOptions options = quick(),
                                       events::RelayObserver observer = {});
  static events::RelayOptions quick();
  static Context soon();
  static const Environment& environment();
  sql::Database& database();
  sql::DataSource source() const;
  std::filesystem::path file() const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::test
