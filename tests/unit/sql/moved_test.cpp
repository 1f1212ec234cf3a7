// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <thread>

#include "banyan/sqlite/file_lock.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::add_order;
using test::RawSqlite;
using test::soon;
using testing::HasSubstr;
using Number = std::int64_t;

sqlite::FileLock writer_lock(const std::filesystem::path& database) {
  return {sqlite::writer_lock_of(database), database};
}

using namespace std::chrono_literals;

class MovedTest : public testing::Test {
 protected:
  MovedTest() { make_own_file(); }

  std::filesystem::path own_file() const {
    return database_.file().parent_path() / "shop.orders.db";
  }
  void fence(const std::string& state, const std::string& location = "shop.orders.db",
             int epoch = 1) {
    RawSqlite(database_.file())
        .run(
            "INSERT OR REPLACE INTO banyan_fence(module, state, epoch, location) VALUES ('orders', "
            "'" +
            state + "', " + std::to_string(epoch) + ", '" + location + "')");
  }
  void fence(const std::string& state, int epoch) { fence(state, "shop.orders.db", epoch); }
  void gate(const std::string& state, int epoch = 1) {
    RawSqlite(own_file())
        .run("UPDATE banyan_gate SET epoch = " + std::to_string(epoch) + ", state = '" + state +
             "'");
  }
  void make_own_file() {
    RawSqlite(own_file())
        .run(
            "PRAGMA journal_mode = WAL; CREATE TABLE orders (id INTEGER PRIMARY KEY);"
            "CREATE TABLE banyan_gate (module TEXT PRIMARY KEY, state TEXT, epoch INTEGER);"
            "INSERT INTO banyan_gate VALUES ('orders', 'closed', 1)");
  }
  void remove_own_file() {
    for (const char* const suffix : {"", "-wal", "-shm", ".lock"}) {
      std::filesystem::remove(own_file().string() + suffix);
    }
  }
  std::string count_in(const std::filesystem::path& file) {
    return RawSqlite(file).run("SELECT count(*) FROM orders");
  }
  Number read_count(ModuleDatabase& module) {
    return module.read(soon(), [](Session& session) {
      return *session.value<Number>("SELECT count(*) FROM orders");
    });
  }
  bool write(Number id) {
    return orders_.write(soon(), [id](Session& s) { return add_order(s, id); }).has_value();
  }

  test::TemporaryDatabase database_{
      {{"orders", {{"0001_create.sql", "CREATE TABLE orders (id INTEGER PRIMARY KEY);"}}}}};
  ModuleDatabase orders_ = database_.connect("orders", {"orders"});
};

TEST_F(MovedTest, Reads_and_writes_follow_the_fence_and_come_back) {
  EXPECT_TRUE(write(1));
  gate("open");
  fence("moved");
  EXPECT_EQ(database_.shared().source_of("orders").file, own_file());
  EXPECT_EQ(read_count(orders_), 0);
  EXPECT_TRUE(write(2));
  EXPECT_TRUE(write(3));
  EXPECT_EQ(read_count(orders_), 2);
  EXPECT_EQ(count_in(database_.file()), "1");
  EXPECT_EQ(count_in(own_file()), "2");

  gate("closed");
  fence("open");
  EXPECT_EQ(database_.shared().source_of("orders").file, database_.file());
  EXPECT_TRUE(write(4));
  EXPECT_EQ(read_count(orders_), 2);
  EXPECT_EQ(count_in(own_file()), "2");
}

TEST_F(MovedTest, A_process_that_starts_after_the_move_goes_to_the_new_place) {
  gate("open");
  fence("moved");
  const auto service = test::open_file(database_.file());
  auto module = service->connect("orders", {"orders"});
  ASSERT_TRUE(module.write(soon(), [](Session& s) { return add_order(s, 1); }));
  EXPECT_EQ(read_count(module), 1);
  EXPECT_EQ(count_in(own_file()), "1");
  EXPECT_EQ(read_count(orders_), 1);
}

TEST_F(MovedTest, The_fence_decides_even_where_a_gate_was_left_open) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  fence("open");
  EXPECT_TRUE(write(2));
  EXPECT_EQ(count_in(own_file()), "1");
  EXPECT_EQ(count_in(database_.file()), "1");
}

TEST_F(MovedTest, A_write_waits_for_the_gate_to_open) {
  fence("moved");
  auto done = std::async(std::launch::async, [this] { return write(1); });
  EXPECT_EQ(done.wait_for(30ms), std::future_status::timeout);
  gate("open");
  EXPECT_TRUE(done.get());
  EXPECT_EQ(count_in(own_file()), "1");
}

TEST_F(MovedTest, A_gate_that_stays_closed_is_unavailable_and_says_what_to_run) {
  fence("moved");
  read_count(orders_);  // opens the file, which may take longer than the write has
  const auto refused = orders_.write(Context::begin(300ms, system_clock(), system_random()),
                                     [](Session& s) { return add_order(s, 1); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(refused.error().rule, "banyan.module_moving");
  EXPECT_THAT(refused.error().message, HasSubstr("banyan schema move orders"));
  EXPECT_EQ(count_in(own_file()), "0");
}

TEST_F(MovedTest, A_write_that_a_fence_trigger_refuses_runs_again) {
  RawSqlite(database_.file())
      .run(
          "CREATE TRIGGER banyan_fi_1 BEFORE INSERT ON orders WHEN (SELECT state FROM "
          "banyan_fence WHERE module = 'orders') IS NOT 'open' BEGIN SELECT RAISE(ABORT, "
          "'BANYAN_MOVED'); END");
  std::atomic<int> runs = 0;
  auto done = std::async(std::launch::async, [this, &runs] {
    return orders_
        .write(soon(),
               [&runs](Session& session) {
                 ++runs;
                 return add_order(session, 1);
               })
        .has_value();
  });
  while (runs < 2) std::this_thread::yield();
  fence("open");
  EXPECT_TRUE(done.get());
  EXPECT_EQ(count_in(database_.file()), "1");
}

TEST_F(MovedTest, A_file_that_the_fence_names_and_that_is_gone_is_named) {
  fence("moved", "lost.db");
  try {
    read_count(orders_);
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.kind(), FaultKind::Storage);
    EXPECT_THAT(fault.what(), HasSubstr("lost.db"));
  }
}

// Found by review: who runs went on reading the file that it had open, which has no name any more.
TEST_F(MovedTest, An_own_file_that_was_removed_between_two_moves_is_not_read_any_more) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  EXPECT_EQ(read_count(orders_), 1);
  const auto units = database_.shared().figures().units;
  gate("closed", 2);
  fence("open", 2);
  remove_own_file();  // an old copy, which nobody needs
  EXPECT_TRUE(write(2));
  EXPECT_TRUE(write(3));

  make_own_file();
  RawSqlite(own_file()).run("INSERT INTO orders VALUES (2), (3)");
  gate("open", 3);
  fence("moved", 3);
  EXPECT_EQ(read_count(orders_), 2);
  EXPECT_TRUE(write(4));
  EXPECT_EQ(read_count(orders_), 3);
  EXPECT_EQ(count_in(own_file()), "3");
  EXPECT_GE(database_.shared().figures().units, units + 3) << "with those of the file that is gone";
}

TEST_F(MovedTest, An_own_file_that_was_left_and_removed_is_missed_by_nobody) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  gate("closed", 2);
  fence("open", 2);
  remove_own_file();
  // Longer than between two looks at the file: on a slower machine this tests less, and holds.
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(read_count(orders_), 0);
  EXPECT_TRUE(write(2));
  EXPECT_EQ(read_count(orders_), 1);
}

TEST_F(MovedTest, A_write_finds_the_new_own_file_too) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  gate("closed", 2);
  fence("open", 2);
  remove_own_file();
  EXPECT_TRUE(write(2));
  make_own_file();
  gate("open", 3);
  fence("moved", 3);
  EXPECT_TRUE(write(3));
  EXPECT_EQ(count_in(own_file()), "1");
}

// Its epoch is the same: only the file itself is another one.
TEST_F(MovedTest, An_own_file_that_was_put_back_from_a_copy_is_found_soon) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  RawSqlite(own_file()).run("PRAGMA wal_checkpoint(TRUNCATE)");
  const std::filesystem::path copy = own_file().string() + ".copy";
  std::filesystem::copy_file(own_file(), copy);
  EXPECT_TRUE(write(2));
  EXPECT_EQ(read_count(orders_), 2);
  remove_own_file();
  std::filesystem::rename(copy, own_file());
  while (read_count(orders_) != 1) std::this_thread::yield();
  EXPECT_TRUE(write(3));
  EXPECT_EQ(count_in(own_file()), "2");
}

TEST_F(MovedTest, An_own_file_that_is_taken_away_from_under_a_process_is_missed_soon) {
  gate("open");
  fence("moved");
  EXPECT_TRUE(write(1));
  EXPECT_EQ(read_count(orders_), 1);  // or a read would be the first to open the file, and miss it
  remove_own_file();
  const auto missed = [this] {
    try {
      read_count(orders_);
      return false;
    } catch (const Fault& fault) {
      return fault.kind() == FaultKind::Storage;
    }
  };
  while (!missed()) std::this_thread::yield();
  EXPECT_THROW(write(2), Fault);
}

TEST_F(MovedTest, A_gate_that_was_sealed_for_a_move_which_never_came_is_read_behind) {
  gate("closed", 2);
  fence("moved");
  EXPECT_EQ(read_count(orders_), 0);
}

TEST_F(MovedTest, Files_of_two_times_are_told_and_neither_is_used) {
  for (const int epoch : {1, 4}) {
    gate("open", epoch);
    fence("moved", 3);
    for (const bool reads : {true, false}) {
      try {
        if (reads) {
          read_count(orders_);
        } else {
          write(1);
        }
        ADD_FAILURE() << "at epoch " << epoch;
      } catch (const Fault& fault) {
        EXPECT_EQ(fault.error().rule, "banyan.placement_outdated");
        EXPECT_THAT(fault.what(), HasSubstr("of epoch " + std::to_string(epoch)));
        EXPECT_THAT(fault.what(), HasSubstr("since epoch 3"));
        EXPECT_THAT(fault.what(), HasSubstr("shop.orders.db"));
      }
    }
  }
  EXPECT_EQ(count_in(own_file()), "0");
}

/// A request that was decided on when the module's placement had this epoch.
Context decided_at(std::uint64_t epoch) {
  Context context = soon();
  context.routing = {{"orders", Side::Local, 7, epoch}};
  return context;
}

/// Reads or writes under it; the rule that it breaks, or "".
std::string rule_of_read(ModuleDatabase& module, std::uint64_t epoch) {
  try {
    module.read(decided_at(epoch), [](Session& session) {
      return session.value<Number>("SELECT count(*) FROM orders");
    });
  } catch (const Fault& fault) {
    return fault.error().rule;
  }
  return {};
}
std::string rule_of_write(ModuleDatabase& module, std::uint64_t epoch, Number id) {
  try {
    const auto done =
        module.write(decided_at(epoch), [id](Session& session) { return add_order(session, id); });
    return done ? "" : done.error().rule;
  } catch (const Fault& fault) {
    return fault.error().rule;
  }
}

TEST_F(MovedTest, A_decision_that_knows_of_a_later_move_is_not_carried_out_in_older_files) {
  EXPECT_EQ(rule_of_read(orders_, 1), "banyan.placement_outdated");  // here they never moved
  EXPECT_EQ(rule_of_write(orders_, 1, 1), "banyan.placement_outdated");
  gate("open");
  fence("moved");
  EXPECT_EQ(rule_of_read(orders_, 2), "banyan.placement_outdated");
  EXPECT_EQ(rule_of_write(orders_, 2, 1), "banyan.placement_outdated");
  EXPECT_EQ(count_in(database_.file()), "0");
  EXPECT_EQ(count_in(own_file()), "0");
}

TEST_F(MovedTest, A_decision_of_this_epoch_or_an_older_one_follows_the_fence) {
  EXPECT_EQ(rule_of_write(orders_, 0, 1), "");
  gate("open");
  fence("moved");
  for (const std::uint64_t epoch : {0U, 1U}) {
    EXPECT_EQ(rule_of_read(orders_, epoch), "");
    EXPECT_EQ(rule_of_write(orders_, epoch, static_cast<Number>(epoch) + 2), "");
  }
  EXPECT_EQ(count_in(own_file()), "2");
}

TEST_F(MovedTest, A_refused_decision_says_what_to_do_and_undoes_nothing_of_others) {
  auto others = std::async(std::launch::async, [this] {
    for (Number id = 100; id < 120; ++id) EXPECT_TRUE(write(id));
  });
  for (Number id = 1; id < 20; ++id) EXPECT_NE(rule_of_write(orders_, 3, id), "");
  others.get();
  EXPECT_EQ(read_count(orders_), 20);
  try {
    (void)orders_.write(decided_at(3), [](Session& s) { return add_order(s, 1); });
    FAIL();
  } catch (const Fault& fault) {
    EXPECT_EQ(fault.error().code, ErrorCode::Unavailable);
    EXPECT_THAT(fault.error().message, HasSubstr("Put back the files of one time"));
    EXPECT_THAT(fault.what(), HasSubstr("epoch 0"));
    EXPECT_THAT(fault.what(), HasSubstr("epoch 3"));
  }
}

TEST_F(MovedTest, The_database_tells_the_epoch_of_a_placement) {
  EXPECT_EQ(database_.shared().epoch_of("orders"), 0U);
  fence("moved");
  EXPECT_EQ(database_.shared().epoch_of("orders"), 1U);
}

// A small mover that carries the rows over, again and again, while others write and read. As the
// real one does, it commits the rows and the gate before the fence that points to them.
TEST_F(MovedTest, Nothing_acknowledged_is_lost_or_doubled_while_the_tables_move_to_and_fro) {
  std::atomic<bool> stop = false;
  std::atomic<Number> next = 1;
  std::atomic<int> acknowledged = 0;
  std::vector<std::future<void>> writers;
  for (int i = 0; i < 3; ++i) {
    writers.push_back(std::async(std::launch::async, [&] {
      while (!stop) {
        if (write(next++)) ++acknowledged;
      }
    }));
  }
  // Whoever reads sees all that was acknowledged before: never the place that has been left.
  std::atomic<int> reads = 0;
  std::atomic<int> stale = 0;
  std::vector<std::future<void>> readers;
  for (int i = 0; i < 2; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      while (!stop) {
        const int before = acknowledged;
        if (read_count(orders_) < before) ++stale;
        ++reads;
      }
    }));
  }
  RawSqlite mover(database_.file());
  mover.run("ATTACH '" + own_file().string() + "' AS own");
  auto shared_lock = writer_lock(database_.file());
  auto own_lock = writer_lock(own_file());
  const auto patient = [] { return false; };
  for (int turn = 0; turn < 10; ++turn) {
    const int before = acknowledged;
    const int read_before = reads;
    while (acknowledged < before + 20 || reads < read_before + 20) std::this_thread::yield();
    ASSERT_TRUE(shared_lock.acquire(patient));
    ASSERT_TRUE(own_lock.acquire(patient));
    const bool out = turn % 2 == 0;
    const std::string from = out ? "main" : "own";
    const std::string to = out ? "own" : "main";
    const std::string rows = "DELETE FROM " + to + ".orders; INSERT INTO " + to +
                             ".orders SELECT * FROM " + from + ".orders;";
    const std::string gate = "UPDATE own.banyan_gate SET epoch = " + std::to_string(turn) +
                             ", state = '" + std::string(out ? "open" : "closed") + "';";
    const std::string fence =
        "INSERT OR REPLACE INTO main.banyan_fence(module, state, epoch, location) VALUES "
        "('orders', '" +
        std::string(out ? "moved" : "open") + "', " + std::to_string(turn) + ", 'shop.orders.db');";
    mover.run("BEGIN IMMEDIATE;" + (out ? rows : "") + gate + "COMMIT;" +  //
              "BEGIN IMMEDIATE;" + (out ? "" : rows) + fence + "COMMIT");
    own_lock.release();
    shared_lock.release();
  }
  stop = true;
  for (auto& writer : writers) writer.get();
  for (auto& reader : readers) reader.get();
  EXPECT_EQ(stale, 0) << "of " << reads << " reads";
  EXPECT_EQ(read_count(orders_), acknowledged);
  EXPECT_GE(acknowledged, 200);
}

}  // namespace
}  // namespace banyan::sql
