// SPDX-License-Identifier: Apache-2.0
// Events a second that are published in units of work and delivered, on SQLite and on PostgreSQL,
// beside the floor in the same run: the same rows written and read through sqlite3 and libpq with
// nothing in between, by one thread, each commit on the disk.
//   events_bench FOLDER SECONDS [POSTGRES]
// The SQLite files are made in FOLDER, which should be on a real disk; POSTGRES is an empty
// database.
#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "banyan/binding/http_transport.hpp"
#include "unit/events/events_world.hpp"
#include "unit/events/pushed_to.hpp"

namespace banyan::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Number = std::int64_t;

constexpr int kLamps = 500;
constexpr Number kAtOnce = 200;  // rows of a batch, as the relay has it

std::string lamp(Number number) { return "lamp" + std::to_string(number % kLamps); }

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "events_bench: %s failed\n", what);
  std::exit(1);
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void print(const std::string& what, double ours, double floor) {
  std::printf("%-52s %9.0f /s   floor %9.0f /s   %5.2f\n", what.c_str(), ours, floor, ours / floor);
  std::fflush(stdout);
}

// --- the floor ----------------------------------------------------------------------------------

/// The statements without which there is no publishing and no delivering, in rows of a module
/// "floor" that nobody else reads.
class Floor {
 public:
  virtual ~Floor() = default;
  /// One transaction: a row of the module's own and the event's.
  virtual void publish(Number seq) = 0;
  /// Reads a batch behind `position`; answers its rows.
  virtual Number read(Number position) = 0;
  /// One transaction: a row of the subscriber's own and its mark.
  virtual void handle(Number seq) = 0;
  /// One transaction: marks, and the position.
  virtual void pass(Number first, Number count) = 0;
};

class SqliteFloor final : public Floor {
 public:
  explicit SqliteFloor(const std::filesystem::path& file) {
    must(sqlite3_open(file.c_str(), &handle_) == SQLITE_OK, "sqlite3_open");
    sqlite3_busy_timeout(handle_, 10'000);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "INSERT INTO banyan_lane (module, lane, slot, pos, epoch, holder, clock_of, held_until)"
        " VALUES ('floor', 'lighthouse', 0, 0, 0, '', '', 0)");
  }
  ~SqliteFloor() override {
    for (sqlite3_stmt* const each : {own_, event_, read_, seen_, mark_, position_}) {
      sqlite3_finalize(each);
    }
    sqlite3_close(handle_);
  }

  void publish(Number seq) override {
    run("BEGIN IMMEDIATE");
    one(own_, "INSERT INTO lamp_lines (lamp, candela) VALUES (?1, 1)", {}, lamp(seq));
    one(event_,
        "INSERT INTO banyan_outbox (module, slot, seq, key, ord, id, type, at, trace, data) VALUES"
        " ('floor', 0, ?2, ?1, ?2, '018f3c0000007000800000000000cafe', 'lamps.lamp_lit.v2', 1, '',"
        " '{\"lamp\":\"lamp123\",\"candela\":1}')",
        seq, lamp(seq));
    run("COMMIT");
  }
  Number read(Number position) override {
    prepare(
        read_,
        "SELECT seq, slot, id, type, key, ord, at, trace, data FROM banyan_outbox WHERE module ="
        " 'floor' AND slot = 0 AND seq > ?1 ORDER BY seq LIMIT 200");
    sqlite3_bind_int64(read_, 1, position);
    Number rows = 0;
    while (sqlite3_step(read_) == SQLITE_ROW) {
      ++rows;
      must(sqlite3_column_text(read_, 8) != nullptr, "reading");
    }
    sqlite3_reset(read_);
    return rows;
  }
  void handle(Number seq) override {
    run("BEGIN IMMEDIATE");
    one(seen_, "INSERT INTO seen_lines (place, lamp, ord, candela) VALUES (?2, ?1, ?2, 1)", -seq,
        lamp(seq));
    raise(seq);
    run("COMMIT");
  }
  void pass(Number first, Number count) override {
    run("BEGIN IMMEDIATE");
    for (Number seq = first; seq < first + count; ++seq) raise(seq);
    one(position_, "UPDATE banyan_lane SET pos = ?2 WHERE module = 'floor' AND lane = ?1",
        first + count, "lighthouse");
    run("COMMIT");
  }

 private:
  void raise(Number seq) {
    one(mark_,
        "INSERT INTO banyan_inbox (module, source, key, ord) VALUES ('floor', 'lamps', ?1, ?2) ON"
        " CONFLICT (module, source, key) DO UPDATE SET ord = excluded.ord",
        seq, lamp(seq));
  }
  void run(const char* sql) {
    must(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  void prepare(sqlite3_stmt*& statement, const char* sql) {
    if (statement != nullptr) return;
    must(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
  }
  void one(sqlite3_stmt*& statement, const char* sql, Number number, const std::string& text) {
    prepare(statement, sql);
    sqlite3_bind_text(statement, 1, text.c_str(), -1, SQLITE_TRANSIENT);
    if (sqlite3_bind_parameter_count(statement) > 1) sqlite3_bind_int64(statement, 2, number);
    must(sqlite3_step(statement) == SQLITE_DONE, sql);
    sqlite3_reset(statement);
  }

  sqlite3* handle_ = nullptr;
  sqlite3_stmt* own_ = nullptr;
  sqlite3_stmt* event_ = nullptr;
  sqlite3_stmt* read_ = nullptr;
  sqlite3_stmt* seen_ = nullptr;
  sqlite3_stmt* mark_ = nullptr;
  sqlite3_stmt* position_ = nullptr;
};

class PostgresFloor final : public Floor {
 public:
  explicit PostgresFloor(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    must(PQstatus(connection_) == CONNECTION_OK, "PQconnectdb");
    run("SET search_path = lamps, lighthouse");
    run("INSERT INTO lamps.banyan_lane (module, lane, slot, pos, epoch, holder, clock_of,"
        " held_until) VALUES ('floor', 'lighthouse', 0, 0, 0, '', '', 0)");
    prepare("own", "INSERT INTO lamp_lines (lamp, candela) VALUES ($1, $2)");
    prepare("event",
            "INSERT INTO lamps.banyan_outbox (module, slot, seq, key, ord, id, type, at, trace,"
            " data) VALUES ('floor', 0, $2, $1, $2, '018f3c0000007000800000000000cafe',"
            " 'lamps.lamp_lit.v2', 1, '', '{\"lamp\":\"lamp123\",\"candela\":1}')");
    prepare("read",
            "SELECT seq, slot, id, type, key, ord, at, trace, data FROM lamps.banyan_outbox WHERE"
            " module = 'floor' AND slot = 0 AND seq > $2 AND key >= $1 ORDER BY seq LIMIT 200");
    prepare("seen", "INSERT INTO seen_lines (place, lamp, ord, candela) VALUES ($2, $1, $2, 1)");
    prepare("mark",
            "INSERT INTO lighthouse.banyan_inbox (module, source, key, ord) VALUES ('floor',"
            " 'lamps', $1, $2) ON CONFLICT (module, source, key) DO UPDATE SET ord = excluded.ord");
    prepare("position",
            "UPDATE lamps.banyan_lane SET pos = $2 WHERE module = 'floor' AND lane = $1");
  }
  ~PostgresFloor() override { PQfinish(connection_); }

  void publish(Number seq) override {
    run("BEGIN");
    one("own", lamp(seq), 1);
    one("event", lamp(seq), seq);
    run("COMMIT");
  }
  Number read(Number position) override { return one("read", "", position); }
  void handle(Number seq) override {
    run("BEGIN");
    one("seen", lamp(seq), -seq);
    one("mark", lamp(seq), seq);
    run("COMMIT");
  }
  void pass(Number first, Number count) override {
    run("BEGIN");
    for (Number seq = first; seq < first + count; ++seq) one("mark", lamp(seq), seq);
    one("position", "lighthouse", first + count);
    run("COMMIT");
  }

 private:
  Number checked(PGresult* result, const char* what) {
    const ExecStatusType status = PQresultStatus(result);
    must(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, what);
    const Number rows = PQntuples(result);
    PQclear(result);
    return rows;
  }
  void run(const char* sql) { checked(PQexec(connection_, sql), sql); }
  void prepare(const char* name, const char* sql) {
    checked(PQprepare(connection_, name, sql, 0, nullptr), sql);
  }
  Number one(const char* name, const std::string& text, Number number) {
    const std::string digits = std::to_string(number);
    const char* const values[] = {text.c_str(), digits.c_str()};
    return checked(PQexecPrepared(connection_, name, 2, values, nullptr, nullptr, 0), name);
  }

  PGconn* connection_;
};

// --- the measurements
// -----------------------------------------------------------------------------

class Bench {
 public:
  Bench(std::string engine, EventsWorld& world, Floor& floor, int seconds)
      : engine_(std::move(engine)), world_(world), floor_(floor), seconds_(seconds) {}

  void run() {
    // The lane is there before what it is to have, and takes what is of no interest.
    world_.relay()->pump();
    const double floor = floor_of_publishing();
    for (const int callers : {1, 8, 32}) {
      print(engine_ + " published, units of one event, " + std::to_string(callers) + " callers",
            publishing(callers), floor);
    }
    print(engine_ + " published, units of 20 events, 8 callers", 20 * publishing(8, 20), floor);
    world_.relay()->pump();
    const Number backlog = 2'000 * seconds_;
    const double passing = floor_of_passing();
    const double handling = floor_of_handling();
    for (const std::size_t workers : {2, 8}) {
      const std::string with = ", " + std::to_string(workers) + " workers";
      print(engine_ + " delivered, not followed" + with, delivering(workers, backlog, false),
            passing);
      print(engine_ + " delivered, a unit of work each" + with, delivering(workers, backlog, true),
            handling);
      print(engine_ + " pushed by HTTP, a unit of work each" + with,
            delivering(workers, backlog, true, true), handling);
    }
  }

 private:
  double floor_of_publishing() {
    const auto begin = Clock::now();
    const Number before = end_;
    while (seconds_since(begin) < seconds_) floor_.publish(++end_);
    return static_cast<double>(end_ - before) / seconds_since(begin);
  }
  double floor_of_passing() {
    const auto begin = Clock::now();
    Number position = 0;
    while (position < end_) {
      const Number rows = floor_.read(position);
      floor_.pass(position + 1, rows);
      position += rows;
    }
    return static_cast<double>(position) / seconds_since(begin);
  }
  double floor_of_handling() {
    const auto begin = Clock::now();
    Number position = 0;
    while (position < end_ && seconds_since(begin) < seconds_) {
      const Number rows = floor_.read(position);
      for (Number i = 1; i <= rows; ++i) floor_.handle(position + i);
      position += rows;
    }
    return static_cast<double>(position) / seconds_since(begin);
  }

  double publishing(int callers, int events = 1) {
    std::atomic<Number> units = 0;
    std::vector<std::future<void>> threads;
    const auto begin = Clock::now();
    for (int i = 0; i < callers; ++i) {
      threads.push_back(std::async(std::launch::async, [&, i] {
        for (Number number = i * 7; seconds_since(begin) < seconds_; number += events) {
          std::vector<std::string> lamps;
          for (int k = 0; k < events; ++k) lamps.push_back(lamp(number + k));
          world_.light(lamps);
          ++units;
        }
      }));
    }
    for (auto& each : threads) each.get();
    return static_cast<double>(units) / seconds_since(begin);
  }

  double delivering(std::size_t workers, Number backlog, bool handled, bool by_http = false) {
    for (Number number = 0; number < backlog;) {
      std::vector<std::string> lamps;
      for (Number i = 0; i < kAtOnce; ++i) lamps.push_back(lamp(number++));
      if (handled) {
        world_.light(lamps);
      } else {
        world_.dust(lamps);
      }
    }
    const PushedTo subscriber(world_.receiver(), {});
    const auto way =
        binding::make_http_transport(subscriber.endpoint(), "lighthouse", {}, system_clock());
    const auto push = events::make_http_push(*way, {.application = "shore", .module = "lighthouse"},
                                             EventsWorld::environment());
    const auto here = events::make_in_process_transport(world_.receiver());
    events::RelayOptions options;
    options.workers = workers;
    events::Relay relay(world_.log(), "bench", EventsWorld::environment(), options, {});
    relay.add_lane("lighthouse", events::Start::Beginning, {by_http ? push.get() : here.get()});
    const auto begin = Clock::now();
    relay.start();
    while (std::cmp_less(relay.figures().front().delivered, backlog))
      std::this_thread::sleep_for(1ms);
    const double took = seconds_since(begin);
    relay.stop();
    return static_cast<double>(backlog) / took;
  }

  const std::string engine_;
  EventsWorld& world_;
  Floor& floor_;
  const int seconds_;
  Number end_ = 0;
};

int main_of(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "events_bench FOLDER SECONDS [POSTGRES]\n");
    return 2;
  }
  const int seconds = std::max(1, std::atoi(arguments[2]));
  const auto file = std::filesystem::path(arguments[1]) / "events_bench.db";
  {
    EventsWorld world(file);
    SqliteFloor floor(file);
    Bench("SQLite", world, floor, seconds).run();
  }
  if (count > 3) {
    EventsWorld world(sql::DataSource{sql::Engine::Postgres, {}, arguments[3]});
    PostgresFloor floor(arguments[3]);
    Bench("PostgreSQL", world, floor, seconds).run();
  }
  return 0;
}

}  // namespace
}  // namespace banyan::test

int main(int count, char** arguments) { return banyan::test::main_of(count, arguments); }
