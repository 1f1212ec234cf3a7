// SPDX-License-Identifier: Apache-2.0
// Durable units of work a second with 1, 8 and 64 callers, and reads a second.
//   sql_bench [FOLDER [SECONDS]]     the database is made in FOLDER, which should be on a real disk
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "migrations/runner.hpp"
#include "sql/database.hpp"

namespace {

using banyan::Context;
using banyan::Result;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Clock = std::chrono::steady_clock;
using Number = std::int64_t;

struct Measured {
  double each_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

template <class F>
Measured measure(int callers, std::chrono::milliseconds duration, F one) {
  std::vector<std::vector<double>> latencies(static_cast<std::size_t>(callers));
  std::vector<std::thread> threads;
  const auto until = Clock::now() + duration;
  for (auto& mine : latencies) {
    threads.emplace_back([&mine, until, &one] {
      while (Clock::now() < until) {
        const auto begin = Clock::now();
        one();
        mine.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& mine : latencies) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  return {static_cast<double>(all.size()) / std::chrono::duration<double>(duration).count(),
          all[all.size() / 2], all[all.size() * 99 / 100]};
}

void print(const char* what, int callers, const Measured& measured) {
  std::printf("%-22s %3d callers  %9.0f /s  p50 %7.3f ms  p99 %7.3f ms\n", what, callers,
              measured.each_second, measured.p50_ms, measured.p99_ms);
}

void clear(const std::filesystem::path& database) {
  for (const auto* ending : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(database.string() + ending);
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::filesystem::path folder = count > 1 ? arguments[1] : ".";
  const std::chrono::milliseconds duration((count > 2 ? std::atoi(arguments[2]) : 2) * 1000);
  const auto file = folder / "sql_bench.db";
  clear(file);  // of a run that was broken off
  const auto leaves_nothing = [](const std::filesystem::path* made) { clear(*made); };
  const std::unique_ptr<const std::filesystem::path, decltype(leaves_nothing)> made(&file);
  banyan::migrations::Runner(file, {{"bench",
                                     {{"0001_create.sql",
                                       "CREATE TABLE units (id INTEGER PRIMARY KEY, at BIGINT "
                                       "NOT NULL, note TEXT NOT NULL);"}}}})
      .apply();
  banyan::sql::SharedDatabase shared(file);
  auto door = shared.connect("bench", {"units"});
  for (const int callers : {1, 8, 64}) {
    const auto before = shared.figures();
    print("durable units of work", callers, measure(callers, duration, [&door] {
            const auto done = door.write(
                Context::begin(std::chrono::seconds(10)), [](Session& session) -> Result<Number> {
                  return session.run("INSERT INTO units(at, note) VALUES (:at, :note)", Number{1},
                                     "one row of an ordinary size, as an order line has it");
                });
            if (!done) std::abort();
          }));
    const auto after = shared.figures();
    std::printf("%38.1f units in a commit\n",
                static_cast<double>(after.units - before.units) /
                    static_cast<double>(after.commits - before.commits));
  }
  std::atomic<Number> next = 1;
  for (const int callers : {1, 4}) {
    print("reads by key", callers, measure(callers, duration, [&door, &next] {
            const Number id = next++ % 1000 + 1;
            door.read([id](Session& session) {
              if (!session.one<Number, std::string>("SELECT at, note FROM units WHERE id = :id",
                                                    id)) {
                std::abort();
              }
            });
          }));
  }
  return 0;
}
