// SPDX-License-Identifier: Apache-2.0
// Durable units of work and reads a second, on SQLite and on PostgreSQL, beside the same statements
// through sqlite3 and libpq with nothing in between: the floor, in the same run.
//   sql_bench [FOLDER [SECONDS [POSTGRES]]]
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
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "banyan/migrations/runner.hpp"
#include "banyan/sql/database.hpp"

namespace {

using banyan::Context;
using banyan::Result;
using banyan::sql::Database;
using banyan::sql::DataSource;
using banyan::sql::Engine;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Clock = std::chrono::steady_clock;
using Number = std::int64_t;

constexpr const char* kNote = "one row of an ordinary size, as an order line has it";

struct Measured {
  double each_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

using Work = std::function<void()>;
using Latencies = std::vector<double>;  // ms

/// Each of the callers on a thread of its own.
std::vector<Latencies> run_for(std::chrono::milliseconds duration,
                               const std::vector<Work>& callers) {
  std::vector<Latencies> latencies(callers.size());
  std::vector<std::thread> threads;
  const auto until = Clock::now() + duration;
  for (std::size_t i = 0; i < callers.size(); ++i) {
    threads.emplace_back([&mine = latencies[i], until, &one = callers[i]] {
      while (Clock::now() < until) {
        const auto begin = Clock::now();
        one();
        mine.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  return latencies;
}

class Samples {
 public:
  void add(const std::vector<Latencies>& latencies) {
    for (const auto& some : latencies) all_.insert(all_.end(), some.begin(), some.end());
  }
  Measured measured(std::chrono::milliseconds duration) {
    std::ranges::sort(all_);
    if (all_.empty()) std::abort();
    return {static_cast<double>(all_.size()) / std::chrono::duration<double>(duration).count(),
            all_[all_.size() / 2], all_[all_.size() * 99 / 100]};
  }

 private:
  Latencies all_;
};

void print(const std::string& what, int callers, const Measured& ours, const Measured& floor) {
  std::printf("%-26s %3d  %9.0f /s %8.3f ms %8.3f ms   floor %9.0f /s %8.3f ms   %5.2f\n",
              what.c_str(), callers, ours.each_second, ours.p50_ms, ours.p99_ms, floor.each_second,
              floor.p99_ms, ours.each_second / floor.each_second);
}

void must(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "sql_bench: %s failed\n", what);
  std::exit(1);
}

// --- the floors ---------------------------------------------------------------------------------

/// sqlite3 with prepared statements. Writers of several threads stand behind one mutex, which is
/// kinder to SQLite than its own waiting.
class PlainSqlite {
 public:
  explicit PlainSqlite(const std::filesystem::path& file, bool creates = false) {
    must(sqlite3_open(file.c_str(), &handle_) == SQLITE_OK, "sqlite3_open");
    sqlite3_busy_timeout(handle_, 10'000);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    if (creates) {
      run("CREATE TABLE IF NOT EXISTS units (id INTEGER PRIMARY KEY, at BIGINT NOT NULL, note "
          "TEXT NOT NULL)");
    }
    prepare("INSERT INTO units(at, note) VALUES (?1, ?2)", insert_);
    prepare("SELECT at, note FROM units WHERE id = ?1", select_);
    prepare("BEGIN IMMEDIATE", begin_);
    prepare("BEGIN", snapshot_);
    prepare("COMMIT", commit_);
  }
  void unit() {
    step(begin_);
    sqlite3_bind_int64(insert_, 1, 1);
    sqlite3_bind_text(insert_, 2, kNote, -1, SQLITE_STATIC);
    step(insert_);
    step(commit_);
  }
  void read(Number id) {
    step(snapshot_);
    sqlite3_bind_int64(select_, 1, id);
    must(sqlite3_step(select_) == SQLITE_ROW, "SELECT");
    const std::string note(reinterpret_cast<const char*>(sqlite3_column_text(select_, 1)));
    must(!note.empty() && sqlite3_column_int64(select_, 0) == 1, "row");
    sqlite3_reset(select_);
    step(commit_);
  }

 private:
  void run(const char* sql) {
    must(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
  }
  void prepare(const char* sql, sqlite3_stmt*& statement) {
    must(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
  }
  static void step(sqlite3_stmt* statement) {
    must(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
    sqlite3_reset(statement);
  }
  // Ends with the process.
  sqlite3* handle_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *select_ = nullptr, *begin_ = nullptr, *snapshot_ = nullptr,
               *commit_ = nullptr;
};

/// libpq with prepared statements and the isolation that units of work have.
class PlainPostgres {
 public:
  explicit PlainPostgres(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    must(PQstatus(connection_) == CONNECTION_OK, "PQconnectdb");
    run("SET search_path = plain");
    PQclear(
        PQprepare(connection_, "add", "INSERT INTO units(at, note) VALUES ($1, $2)", 2, nullptr));
    PQclear(PQprepare(connection_, "get", "SELECT at, note FROM units WHERE id = $1", 1, nullptr));
  }
  void unit() {
    const char* const values[] = {"1", kNote};
    do {
      run("BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE");
      PQclear(PQexecPrepared(connection_, "add", 2, values, nullptr, nullptr, 0));
    } while (!try_run("COMMIT"));
  }
  void read(Number id) {
    const std::string key = std::to_string(id);
    const char* const values[] = {key.c_str()};
    run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    PGresult* const row = PQexecPrepared(connection_, "get", 1, values, nullptr, nullptr, 0);
    must(PQntuples(row) == 1, "SELECT");
    PQclear(row);
    run("COMMIT");
  }
  void run(const char* sql) { must(try_run(sql), sql); }

 private:
  bool try_run(const char* sql) {
    PGresult* const result = PQexec(connection_, sql);
    const bool good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return good;
  }
  // Ends with the process.
  PGconn* connection_;
};

// --- the kit ------------------------------------------------------------------------------------

// Of the request that the work belongs to.
Context some_context() {
  return Context::begin(std::chrono::hours(1), banyan::system_clock(), banyan::system_random());
}

Work unit_of(ModuleDatabase& module) {
  return [&module, context = some_context()] {
    const auto done = module.write(context, [](Session& session) -> Result<Number> {
      return session.run("INSERT INTO units(at, note) VALUES (:at, :note)", Number{1}, kNote);
    });
    must(done.has_value(), "a unit of work");
  };
}

std::atomic<Number> next_id = 1;
Number some_id() { return next_id++ % 1000 + 1; }

Work read_of(ModuleDatabase& module) {
  return [&module, context = some_context()] {
    const Number id = some_id();
    const bool found = module.read(context, [id](Session& session) {
      return session.one<Number, std::string>("SELECT at, note FROM units WHERE id = :id", id)
          .has_value();
    });
    must(found, "a read");
  };
}

/// Ours and the floor in turns, so that what else the machine does falls on both.
void compare(const std::string& what, int callers, std::chrono::milliseconds duration,
             const std::function<Work()>& ours, const std::function<Work()>& floor) {
  constexpr int kTurns = 4;
  Samples of_ours, of_floor;
  std::vector<Work> our_callers, floor_callers;
  for (int i = 0; i < callers; ++i) {
    our_callers.push_back(ours());
    floor_callers.push_back(floor());
  }
  for (int turn = 0; turn < kTurns; ++turn) {
    of_ours.add(run_for(duration / kTurns, our_callers));
    of_floor.add(run_for(duration / kTurns, floor_callers));
  }
  print(what, callers, of_ours.measured(duration), of_floor.measured(duration));
}

template <class Floor>
void compare_units(const std::string& engine, Database& database, ModuleDatabase& module,
                   std::chrono::milliseconds duration, const std::function<Floor*()>& connect,
                   const std::function<Work(Floor*)>& unit, const std::vector<int>& callers) {
  for (const int count : callers) {
    const auto before = database.figures();
    compare(
        engine + " units of work", count, duration, [&] { return unit_of(module); },
        [&] { return unit(connect()); });
    const auto after = database.figures();
    std::printf("%30.1f units in a commit\n",
                static_cast<double>(after.units - before.units) /
                    static_cast<double>(after.commits - before.commits));
  }
}

template <class Floor>
void compare_reads(const std::string& engine, ModuleDatabase& module,
                   std::chrono::milliseconds duration, const std::function<Floor*()>& connect) {
  for (const int count : {1, 4}) {
    compare(
        engine + " reads by key", count, duration, [&] { return read_of(module); },
        [&]() -> Work {
          Floor* const own = connect();
          return [own] { own->read(some_id()); };
        });
  }
}

std::vector<banyan::migrations::ModuleScripts> scripts() {
  static constexpr std::string_view kSqlite =
      "CREATE TABLE units (id INTEGER PRIMARY KEY, at BIGINT NOT NULL, note TEXT NOT NULL);";
  static constexpr std::string_view kPostgres =
      "CREATE TABLE units (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at BIGINT NOT NULL, "
      "note TEXT NOT NULL);";
  return {{"bench", {{"0001_create.sql", kSqlite, kPostgres}}}};
}

void clear(const std::filesystem::path& database) {
  for (const auto* ending : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(database.string() + ending);
  }
}

void bench_sqlite(const std::filesystem::path& folder, std::chrono::milliseconds duration) {
  const auto file = folder / "sql_bench.db";
  const auto plain = folder / "sql_bench_plain.db";
  clear(file);  // of a run that was broken off
  clear(plain);
  banyan::migrations::Runner(file, scripts(), system_clock()).apply();
  {
    const auto database = Database::open({Engine::Sqlite, file, {}});
    auto module = database->connect("bench", {"units"});
    PlainSqlite writer(plain, true);
    std::mutex turn;
    const std::function<PlainSqlite*()> connect = [&] { return new PlainSqlite(plain); };
    compare_units<PlainSqlite>("SQLite", *database, module, duration, connect,
                               [&](PlainSqlite*) -> Work {
                                 return [&] {
                                   const std::lock_guard lock(turn);
                                   writer.unit();
                                 };
                               },
                               {1, 8, 64});
    compare_reads("SQLite", module, duration, connect);
  }
  clear(file);
  clear(plain);
}

void bench_postgres(const std::string& url, std::chrono::milliseconds duration) {
  const DataSource source{Engine::Postgres, {}, url};
  banyan::migrations::Runner(source, "bench", scripts(), system_clock()).apply();
  // As many connections as the floor has.
  const auto database = Database::open(source, {.application = "bench", .writers = 8});
  auto module = database->connect("bench", {"units"});
  PGconn* const owner = PQconnectdb(url.c_str());
  PQclear(PQexec(owner,
                 "CREATE SCHEMA plain; CREATE TABLE plain.units (id BIGINT GENERATED ALWAYS AS "
                 "IDENTITY PRIMARY KEY, at BIGINT NOT NULL, note TEXT NOT NULL)"));
  PQfinish(owner);
  const std::function<PlainPostgres*()> connect = [&] { return new PlainPostgres(url); };
  compare_units<PlainPostgres>("PostgreSQL", *database, module, duration, connect,
                               [](PlainPostgres* own) -> Work { return [own] { own->unit(); }; },
                               {1, 8});
  compare_reads("PostgreSQL", module, duration, connect);
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path folder = count > 1 ? arguments[1] : ".";
  const std::chrono::milliseconds duration((count > 2 ? std::atoi(arguments[2]) : 2) * 1000);
  std::printf("%-26s %3s  %12s %11s %11s   %18s %11s   %5s\n", "", "", "", "p50", "p99", "", "p99",
              "ratio");
  bench_sqlite(folder, duration);
  if (count > 3) bench_postgres(arguments[3], duration);
  return 0;
}
