// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <random>
#include <set>
#include <thread>

#include "banyan/sqlite/file_lock.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::RawSqlite;
using test::soon;
using Number = std::int64_t;

sqlite::FileLock writer_lock(const std::filesystem::path& database) {
  return {sqlite::writer_lock_of(database), database};
}

using namespace std::chrono_literals;

/// A process that writes orders with ids from `first` on and tells each acknowledged one.
class WritingProcess {
 public:
  WritingProcess(const std::filesystem::path& file, Number first, int threads) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ == 0) {
      close(ends[0]);
      write_for_ever(file, first, threads, ends[1]);
    }
    close(ends[1]);
    acknowledged_ = ends[0];
  }
  ~WritingProcess() {
    kill();
    close(acknowledged_);
  }
  WritingProcess(const WritingProcess&) = delete;
  WritingProcess& operator=(const WritingProcess&) = delete;

  void kill() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = 0;
  }

  /// What it has acknowledged so far, waiting no longer than `for_at_most` for one more.
  std::vector<Number> heard(std::chrono::milliseconds for_at_most) {
    std::vector<Number> ids;
    pollfd ready{acknowledged_, POLLIN, 0};
    while (poll(&ready, 1, ids.empty() ? static_cast<int>(for_at_most.count()) : 0) == 1) {
      Number id = 0;
      if (::read(acknowledged_, &id, sizeof id) != sizeof id) break;
      ids.push_back(id);
    }
    return ids;
  }

 private:
  [[noreturn]] static void write_for_ever(const std::filesystem::path& file, Number first,
                                          int threads, int tell) {
    const auto shared = test::open_file(file);
    auto module = shared->connect("orders", test::order_tables());
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
      writers.emplace_back([&module, first, threads, t, tell] {
        for (Number id = first + t;; id += threads) {
          const auto done = module.write(soon(), [id](Session& session) -> Result<Number> {
            session.run("UPDATE counter SET n = n + 1");
            return session.run("INSERT INTO notes(id) VALUES (:id)", id);
          });
          if (!done || ::write(tell, &id, sizeof id) != sizeof id) _exit(1);
        }
      });
    }
    for (auto& writer : writers) writer.join();
    _exit(0);
  }

  pid_t child_ = 0;
  int acknowledged_ = -1;
};

// The file is prepared without threads in this process, so that it can fork.
class ProcessesTest : public testing::Test {
 protected:
  ProcessesTest() { migrations::Runner(file_, test::shop_scripts(), system_clock()).apply(); }

  void expect_exactly_once(const std::set<Number>& acknowledged) {
    RawSqlite sqlite(file_);
    EXPECT_EQ(sqlite.run("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(sqlite.run("SELECT count(*) FROM notes"),
              sqlite.run("SELECT count(DISTINCT id) FROM notes"));
    EXPECT_EQ(sqlite.run("SELECT count(*) FROM notes"), sqlite.run("SELECT n FROM counter"));
    for (const Number id : acknowledged) {
      ASSERT_EQ(sqlite.run("SELECT count(*) FROM notes WHERE id = " + std::to_string(id)), "1")
          << id;
    }
  }

  test::TemporaryFolder folder_{test::memory_folder()};
  std::filesystem::path file_ = folder_.path() / "shop.db";
};

TEST_F(ProcessesTest, What_was_acknowledged_survives_kill_9_exactly_once) {
  std::mt19937 random(20261122);
  std::set<Number> acknowledged;
  for (int round = 0; round < 8; ++round) {
    WritingProcess process(file_, round * 1'000'000, 4);
    const auto first = process.heard(10s);
    ASSERT_FALSE(first.empty());
    acknowledged.insert(first.begin(), first.end());
    const std::chrono::microseconds moment(random() % 60'000);
    const auto until = std::chrono::steady_clock::now() + moment;
    while (std::chrono::steady_clock::now() < until) {
      const auto more = process.heard(1ms);
      acknowledged.insert(more.begin(), more.end());
    }
    process.kill();
    const auto rest = process.heard(0ms);
    acknowledged.insert(rest.begin(), rest.end());
    expect_exactly_once(acknowledged);
  }
  EXPECT_GT(acknowledged.size(), 100U);
}

TEST_F(ProcessesTest, Two_processes_write_the_same_file_and_neither_starves) {
  std::array<std::set<Number>, 2> acknowledged;
  {
    WritingProcess one(file_, 0, 4);
    WritingProcess two(file_, 1'000'000, 4);
    const std::array<WritingProcess*, 2> processes = {&one, &two};
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until &&
           std::min(acknowledged[0].size(), acknowledged[1].size()) < 300) {
      for (std::size_t i = 0; i < 2; ++i) {
        const auto ids = processes[i]->heard(1ms);
        acknowledged[i].insert(ids.begin(), ids.end());
      }
    }
    for (std::size_t i = 0; i < 2; ++i) {
      processes[i]->kill();
      const auto ids = processes[i]->heard(0ms);
      acknowledged[i].insert(ids.begin(), ids.end());
    }
  }
  const auto fewer = std::min(acknowledged[0].size(), acknowledged[1].size());
  const auto more = std::max(acknowledged[0].size(), acknowledged[1].size());
  EXPECT_GE(fewer, 300U);
  EXPECT_LT(more, fewer * 10);
  for (const auto& ids : acknowledged) expect_exactly_once(ids);
}

TEST_F(ProcessesTest, A_waiting_program_gets_the_lock_from_a_busy_writer) {
  WritingProcess busy(file_, 0, 4);
  ASSERT_FALSE(busy.heard(10s).empty());
  auto lock = writer_lock(file_);
  for (int i = 0; i < 10; ++i) {
    const auto until = std::chrono::steady_clock::now() + 2s;
    ASSERT_TRUE(lock.acquire([until] { return std::chrono::steady_clock::now() > until; })) << i;
    lock.release();
  }
}

TEST_F(ProcessesTest, The_lock_of_a_killed_process_is_free) {
  {
    WritingProcess busy(file_, 0, 1);
    ASSERT_FALSE(busy.heard(10s).empty());
  }
  auto lock = writer_lock(file_);
  EXPECT_TRUE(lock.acquire([] { return true; }));
}

TEST_F(ProcessesTest, A_lock_that_is_held_is_given_up_on_request) {
  auto mine = writer_lock(file_);
  auto theirs = writer_lock(file_);
  ASSERT_TRUE(mine.acquire([] { return true; }));
  int asked = 0;
  EXPECT_FALSE(theirs.acquire([&asked] { return ++asked == 3; }));
  mine.release();
  EXPECT_TRUE(theirs.acquire([] { return true; }));
}

TEST_F(ProcessesTest, A_unit_waits_for_the_lock_no_longer_than_its_deadline) {
  auto foreign = writer_lock(file_);
  const auto shared = test::open_file(file_);
  auto module = shared->connect("orders", test::order_tables());
  ASSERT_TRUE(foreign.acquire([] { return false; }));
  const auto refused = module.write(Context::begin(30ms, system_clock(), system_random()),
                                    [](Session&) -> Result<void> { return {}; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.write_not_begun");
  foreign.release();
  EXPECT_TRUE(module.write(soon(), [](Session&) -> Result<void> { return {}; }));
}

TEST_F(ProcessesTest, A_program_without_the_lock_is_waited_for_too) {
  const auto shared = test::open_file(file_);
  auto module = shared->connect("orders", test::order_tables());
  RawSqlite shell(file_);
  shell.run("BEGIN EXCLUSIVE");
  const auto refused = module.write(Context::begin(30ms, system_clock(), system_random()),
                                    [](Session&) -> Result<void> { return {}; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().rule, "banyan.write_not_begun");
  shell.run("COMMIT");
  EXPECT_TRUE(module.write(soon(), [](Session&) -> Result<void> { return {}; }));
}

TEST_F(ProcessesTest, Processes_that_create_the_file_at_once_all_succeed) {
  const auto fresh = folder_.path() / "fresh.db";
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        const auto shared = test::open_file(fresh);
        migrations::Runner(fresh, test::shop_scripts(), system_clock()).apply();
        _exit(0);
      } catch (const std::exception& error) {
        (void)fprintf(stderr, "%s\n", error.what());
        _exit(1);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(RawSqlite(fresh).run("SELECT count(*) FROM tracks"), "2");
}

}  // namespace
}  // namespace banyan::sql
