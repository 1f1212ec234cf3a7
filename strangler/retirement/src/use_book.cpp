// SPDX-License-Identifier: Apache-2.0
#include "banyan/retirement/use_book.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

#include "banyan/kernel/random.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/sqlite/file_header.hpp"
#include "banyan/sqlite/transaction.hpp"
#include "presence.hpp"

namespace banyan::retirement {
namespace {

constexpr std::uint32_t kApplicationId = 0x42'4E'59'55;  // "BNYU"
constexpr std::int32_t kSchemaVersion = 3;

constexpr const char* kSchema = R"(
CREATE TABLE watch (
  only     INTEGER PRIMARY KEY CHECK (only = 1),
  since    INTEGER NOT NULL,                        -- microseconds since 1970, UTC
  noted    INTEGER NOT NULL,
  complete INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE uses (
  module    TEXT NOT NULL,
  operation TEXT NOT NULL,
  side      TEXT NOT NULL,
  way       TEXT NOT NULL,
  count     INTEGER NOT NULL,
  first     INTEGER NOT NULL,
  last      INTEGER NOT NULL,
  PRIMARY KEY (module, operation, side, way)
) STRICT, WITHOUT ROWID;
)";

/// New in version 2. Of the time before nobody knows how much of it was watched.
constexpr const char* kStretches = R"(
CREATE TABLE stretches (
  id     INTEGER PRIMARY KEY,
  since  INTEGER NOT NULL,
  until  INTEGER NOT NULL
) STRICT;
)";

/// New in version 3. Who of before has ended in order nobody knows: each may have lost a minute.
constexpr const char* kEnds = R"(
ALTER TABLE stretches ADD COLUMN place     INTEGER NOT NULL DEFAULT 0;  -- of its process's lock
ALTER TABLE stretches ADD COLUMN running   INTEGER NOT NULL DEFAULT 0;  -- has not ended, so far
ALTER TABLE stretches ADD COLUMN ran_until INTEGER NOT NULL DEFAULT 0;  -- see Stretch
ALTER TABLE watch ADD COLUMN forgotten     INTEGER NOT NULL DEFAULT 0;  -- nothing is known before
UPDATE stretches SET ran_until = until + 60000000;
)";

constexpr std::int64_t kMayBeLost = std::chrono::microseconds(kNoteInterval).count();
static_assert(kMayBeLost == 60'000'000);

std::unexpected<Error> foreign_book(const std::string& file, const std::string& what) {
  return fail(
      ErrorCode::FailedPrecondition, "banyan.foreign_use_book",
      file + ' ' + what +
          ", so the last uses of operations are not kept. It is left as it is; move it away, "
          "and a new one begins at the next start");
}

Error unavailable(const std::string& file, const std::string& what) {
  return {ErrorCode::Unavailable,
          "banyan.use_book_unavailable",
          "cannot use " + file + ", where the last uses of operations are kept: " + what,
          {}};
}

Error book_error(const std::string& file, const sqlite::Fault& fault) {
  if (fault.kind() == sqlite::FaultKind::Corrupt ||
      fault.kind() == sqlite::FaultKind::NotADatabase) {
    return foreign_book(file, std::string("is damaged (") + fault.message() + ')').error();
  }
  return unavailable(file, fault.message());
}

class SqliteUseBook final : public UseBook {
 public:
  SqliteUseBook(std::string file, sqlite::Connection connection, const Clock& clock)
      : file_(std::move(file)),
        connection_(std::move(connection)),
        clock_(clock),
        began_(clock.now()),
        place_(static_cast<std::int64_t>(system_random().next() >> 2) + 1),
        presence_(file_ + ".lock", place_) {
    appear();
  }
  SqliteUseBook(const SqliteUseBook&) = delete;
  SqliteUseBook& operator=(const SqliteUseBook&) = delete;
  ~SqliteUseBook() override { vanish(); }

  Result<void> note(const std::vector<UseCount>& used) override { return write(used, true); }
  Result<void> end(const std::vector<UseCount>& used) override { return write(used, false); }

  Result<Uses> read() override {
    return guarded([&]() -> Result<Uses> {
      const sqlite::Transaction one_moment(connection_, sqlite::Begin::Snapshot);
      const Timestamp now = clock_.now();
      Uses all;
      Timestamp forgotten;
      connection_.each("SELECT since, noted, complete, forgotten FROM watch",
                       [&](const sqlite::Statement& row) {
                         all.since = {row.number(0)};
                         all.noted = {row.number(1)};
                         all.complete = row.number(2) != 0;
                         forgotten = {row.number(3)};
                       });
      connection_.each(
          "SELECT since, until, ran_until, running, place FROM stretches ORDER BY since",
          [&](const sqlite::Statement& row) {
            if (row.number(4) == place_ && !asked_) return;
            Stretch each{{row.number(0)}, {row.number(1)}, {row.number(2)}};
            if (row.number(3) != 0) each.ran_until = ran_until(row.number(4), each, now);
            if (std::max(each.until, each.ran_until) < forgotten) return;
            each.since = std::max(each.since, forgotten);
            each.until = std::max(each.until, each.since);
            all.watched.push_back(each);
          });
      connection_.each(
          "SELECT module, operation, side, way, count, first, last FROM uses "
          "ORDER BY module, operation, side, way",
          [&](const sqlite::Statement& row) {
            all.uses.push_back({{row.text(0), row.text(1), row.text(2), row.text(3)},
                                static_cast<std::uint64_t>(row.number(4)),
                                {row.number(5)},
                                {row.number(6)}});
          });
      return all;
    });
  }

 private:
  /// In the book from the beginning: one that can never note has run all the same, and others look
  /// for those only that are in it. Throws Fault.
  void appear() {
    sqlite::Transaction transaction(connection_, sqlite::Begin::Immediate);
    note_stretch(began_.micros, true);
    transaction.commit();
  }

  /// One that never had anything to note has looked at nothing.
  void vanish() noexcept {
    if (asked_) return;
    try {
      sqlite::Statement gone = connection_.query("DELETE FROM stretches WHERE place = ?1");
      gone.bind_all(place_);
      gone.run();
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): others see a short gap
    }
  }

  Result<void> write(const std::vector<UseCount>& used, bool goes_on) {
    return guarded([&]() -> Result<void> {
      const std::int64_t now = clock_.now().micros;
      asked_ = true;
      const bool was_mute = std::exchange(mute_, true);
      sqlite::Transaction transaction(connection_, sqlite::Begin::Immediate);
      auto kinds = static_cast<std::size_t>(connection_.number("SELECT count(*) FROM uses"));
      bool complete = true;
      {
        sqlite::Statement again = connection_.query(
            "UPDATE uses SET count = count + ?5, last = max(last, ?6) "
            "WHERE module = ?1 AND operation = ?2 AND side = ?3 AND way = ?4");
        sqlite::Statement anew = connection_.query(
            "INSERT INTO uses (module, operation, side, way, count, first, last) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)");
        for (const auto& [key, count, over] : used) {
          const std::int64_t last = over.value_or(Timestamp{now}).micros;
          again.bind_all(key.module, key.operation, key.side, key.way, count, last);
          again.run();
          if (connection_.changes() > 0) continue;
          if (kinds >= kMostKinds) {
            complete = false;
            continue;
          }
          ++kinds;
          anew.bind_all(key.module, key.operation, key.side, key.way, count, last);
          anew.run();
        }
      }
      sqlite::Statement look =
          connection_.query("UPDATE watch SET noted = max(noted, ?1), complete = complete AND ?2");
      look.bind_all(now, complete ? 1 : 0);
      look.run();
      note_stretch(now, goes_on);
      note_others(now, was_mute);
      forget_the_oldest();
      transaction.commit();
      mute_ = false;
      return {};
    });
  }

  /// That this process has looked until now. What was there may have been pushed out by others.
  void note_stretch(std::int64_t now, bool goes_on) {
    sqlite::Statement longer = connection_.query(
        "UPDATE stretches SET until = max(until, ?2), ran_until = max(until, ?2), running = ?3 "
        "WHERE place = ?1");
    longer.bind_all(place_, now, goes_on ? 1 : 0);
    longer.run();
    if (connection_.changes() > 0) return;
    sqlite::Statement anew = connection_.query(
        "INSERT INTO stretches (since, until, ran_until, running, place) "
        "VALUES (?1, max(?1, ?2), max(?1, ?2), ?3, ?4)");
    anew.bind_all(began_.micros, now, goes_on ? 1 : 0, place_);
    anew.run();
  }

  /// Which of the others run on, whether they note or not, and which have ended without a last
  /// note. Where this process could not note either, nobody has seen when that was.
  void note_others(std::int64_t now, bool was_mute) {
    struct Other {
      std::int64_t id;
      std::int64_t place;
      Stretch stretch;
    };
    std::vector<Other> others;
    connection_.each(
        "SELECT id, place, since, until, ran_until FROM stretches WHERE running",
        [&](const sqlite::Statement& row) {
          others.push_back(
              {row.number(0), row.number(1), {{row.number(2)}, {row.number(3)}, {row.number(4)}}});
        });
    sqlite::Statement ran =
        connection_.query("UPDATE stretches SET ran_until = ?2, running = ?3 WHERE id = ?1");
    for (const Other& each : others) {
      if (each.place == place_) continue;
      const bool there = presence_.is_taken(each.place);
      const std::int64_t until = ran_until(each.place, each.stretch, {now}).micros;
      ran.bind_all(each.id, was_mute ? std::max(until, now) : until, there ? 1 : 0);
      ran.run();
    }
  }

  /// Of a process that has not ended in order. One that was killed may have run nearly until its
  /// next note.
  Timestamp ran_until(std::int64_t place, const Stretch& stretch, Timestamp now) const {
    const Timestamp known = std::max(stretch.until, stretch.ran_until);
    if (place == place_ || presence_.is_taken(place)) return std::max(known, now);
    return {known.micros + kMayBeLost};
  }

  void forget_the_oldest() {
    sqlite::Statement forgotten = connection_.query(
        "UPDATE watch SET forgotten = max(forgotten, coalesce((SELECT max(max(until, ran_until)) "
        "FROM (SELECT until, ran_until FROM stretches ORDER BY until DESC, id DESC "
        "LIMIT -1 OFFSET ?1)), 0))");
    forgotten.bind_all(kMostStretches);
    forgotten.run();
    sqlite::Statement bound = connection_.query(
        "DELETE FROM stretches WHERE id NOT IN "
        "(SELECT id FROM stretches ORDER BY until DESC, id DESC LIMIT ?1)");
    bound.bind_all(kMostStretches);
    bound.run();
  }

  template <class Body>
  auto guarded(Body&& body) -> decltype(body()) {
    const std::lock_guard lock(mutex_);
    try {
      if (connection_.moved()) {
        return foreign_book(file_, "was renamed, removed or replaced since it was opened");
      }
      return body();
    } catch (const sqlite::Fault& fault) {
      return fail(book_error(file_, fault));
    } catch (const std::system_error& error) {
      return fail(unavailable(file_, error.what()));
    }
  }

  const std::string file_;
  std::mutex mutex_;
  sqlite::Connection connection_;
  const Clock& clock_;
  const Timestamp began_;
  const std::int64_t place_;  ///< where this process is present, by which its stretch is found
  const Presence presence_;
  bool asked_ = false;  ///< to note something, and be it in vain
  bool mute_ = false;   ///< could not the last time
};

void create(const sqlite::Connection& connection, const Clock& clock) {
  sqlite::Transaction transaction(connection, sqlite::Begin::Exclusive);
  // Another process may have been first.
  if (connection.application_id() != kApplicationId) {
    connection.run(kSchema);
    sqlite::Statement began =
        connection.query("INSERT INTO watch (only, since, noted) VALUES (1, ?1, ?1)");
    began.bind(1, clock.now().micros).run();
    connection.set_application_id(kApplicationId);
  }
  if (connection.user_version() < kSchemaVersion) {
    if (connection.user_version() < 2) connection.run(kStretches);
    connection.run(kEnds);
    connection.set_user_version(kSchemaVersion);
  }
  transaction.commit();
}

}  // namespace

Result<std::unique_ptr<UseBook>> UseBook::open(const std::string& file, const Clock& clock) {
  const sqlite::FileHeader header = sqlite::read_file_header(file);
  switch (header.state) {
    case sqlite::FileState::Missing:
    case sqlite::FileState::Empty: break;
    case sqlite::FileState::Database:
      if (header.application_id != kApplicationId) {
        return foreign_book(file, "is a SQLite database of something else");
      }
      if (header.user_version > kSchemaVersion) {
        return foreign_book(file, "was written by a newer version of Banyan");
      }
      break;
    case sqlite::FileState::NotAFile: return foreign_book(file, "is not a file");
    case sqlite::FileState::Unreadable:
    case sqlite::FileState::SomethingElse: return foreign_book(file, "is not a SQLite database");
  }
  try {
    auto connection = sqlite::Connection::open(file, sqlite::OpenMode::Create);
    connection.set(sqlite::Setting::TrustedSchema, false);
    // With a rollback journal: it is written once a minute, and one file is simpler to look after.
    connection.run("PRAGMA synchronous = FULL");
    create(connection, clock);
    return std::unique_ptr<UseBook>(
        std::make_unique<SqliteUseBook>(file, std::move(connection), clock));
  } catch (const sqlite::Fault& fault) {
    return fail(book_error(file, fault));
  } catch (const std::system_error& error) {
    return fail(unavailable(file, error.what()));
  }
}

}  // namespace banyan::retirement
