// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <future>
#include <latch>

#include "banyan/sqlite/file_header.hpp"
#include "sqlite_wal.hpp"
#include "support/becomes_true.hpp"
#include "support/broken_disk.hpp"
#include "support/raw_sqlite.hpp"
#include "unit/sql/moved_module.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

using test::becomes_true;
using test::RawSqlite;
using test::soon;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uintmax_t kLimit = 256 << 10;

/// Units of work that fill the write-ahead log while somebody holds a snapshot.
class WalTest : public testing::Test {
 protected:
  std::filesystem::path own_file() const {
    return database_.file().parent_path() / "shop.orders.db";
  }

  void fill_the_log(const std::filesystem::path& file) {
    while (sqlite::wal_bytes_of(file) <= 2 * kLimit) {
      ASSERT_TRUE(orders_.write(soon(), [](Session& session) -> Result<void> {
        session.run("INSERT INTO notes(text) VALUES (hex(zeroblob(32768)))");
        return {};
      }));
    }
  }
  std::string problem(const std::string& file = "shop.db") {
    for (const WriteAheadLog& log : database_.shared().write_ahead_logs()) {
      if (log.database == file) return log.problem;
    }
    return {};
  }

  /// A read of the module that sees one snapshot until release().
  class HeldRead {
   public:
    explicit HeldRead(ModuleDatabase& module)
        : read_(std::async(std::launch::async, [this, &module] {
            module.read(Context::begin(std::chrono::minutes(5), system_clock(), system_random()),
                        [this](Session& session) {
                          session.value<std::int64_t>("SELECT count(*) FROM notes");
                          begun_.count_down();
                          released_.wait();
                        });
          })) {
      begun_.wait();
    }
    ~HeldRead() { released_.count_down(); }

   private:
    std::latch begun_{1};
    std::latch released_{1};
    std::future<void> read_;
  };

  test::TemporaryDatabase database_{
      {{"orders", {{"0001_create.sql", "CREATE TABLE notes (text TEXT);"}}}},
      {.wal_limit = kLimit}};
  ModuleDatabase orders_ = database_.connect("orders", {"notes"});
};

TEST_F(WalTest, A_log_that_a_read_of_this_process_keeps_is_a_problem_that_names_it) {
  {
    const HeldRead read(orders_);
    fill_the_log(database_.file());
    EXPECT_TRUE(becomes_true([this] { return !problem().empty(); }));
    EXPECT_THAT(problem(), AllOf(HasSubstr("'shop.db'"), HasSubstr("a read of module 'orders'")));
  }
  EXPECT_TRUE(becomes_true([this] { return sqlite::wal_bytes_of(database_.file()) == 0; }));
  EXPECT_TRUE(becomes_true([this] { return problem().empty(); }));
}

TEST_F(WalTest, A_log_that_another_process_keeps_is_a_problem_that_says_so) {
  {
    RawSqlite shell(database_.file());
    shell.run("BEGIN; SELECT count(*) FROM notes");
    fill_the_log(database_.file());
    EXPECT_TRUE(becomes_true([this] { return !problem().empty(); }));
    EXPECT_THAT(problem(), AllOf(HasSubstr("a connection of another process"), HasSubstr("fuser"),
                                 Not(HasSubstr("orders"))));
  }
  EXPECT_TRUE(becomes_true([this] { return sqlite::wal_bytes_of(database_.file()) == 0; }));
}

TEST_F(WalTest, A_log_is_cut_although_reads_follow_one_another) {
  std::atomic<bool> stop = false;
  std::vector<std::future<void>> readers;
  for (int i = 0; i < 3; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      while (!stop) {
        orders_.read(soon(), [](Session& session) {
          session.value<std::int64_t>("SELECT count(*) FROM notes");
        });
      }
    }));
  }
  {
    const HeldRead read(orders_);
    fill_the_log(database_.file());
  }
  EXPECT_TRUE(becomes_true([this] { return sqlite::wal_bytes_of(database_.file()) <= kLimit; }));
  stop = true;
  for (auto& reader : readers) reader.get();
}

TEST_F(WalTest, The_log_that_a_move_leaves_beside_a_modules_own_file_is_cut) {
  test::move_out(database_.file(), "orders", "CREATE TABLE notes (text TEXT)");
  RawSqlite mover(own_file());
  mover.run("PRAGMA wal_autocheckpoint = 0; INSERT INTO notes VALUES (hex(zeroblob(1048576)))");
  ASSERT_GT(sqlite::wal_bytes_of(own_file()), kLimit);
  orders_.read(soon(), [](Session& session) {
    EXPECT_EQ(session.value<std::int64_t>("SELECT count(*) FROM notes"), 1);
  });
  EXPECT_TRUE(becomes_true([this] { return sqlite::wal_bytes_of(own_file()) == 0; }));

  {
    const HeldRead read(orders_);
    fill_the_log(own_file());
    EXPECT_TRUE(becomes_true([this] { return !problem("shop.orders.db").empty(); }));
    EXPECT_EQ(problem("shop.db"), "");
  }
  EXPECT_TRUE(becomes_true([this] { return sqlite::wal_bytes_of(own_file()) == 0; }));
}

TEST_F(WalTest, A_read_is_blamed_only_when_it_was_there_before_the_log_could_not_be_cut) {
  ManualClock clock;
  const auto file = database_.file().parent_path() / "other.db";
  const Options options{.wal_limit = kLimit, .clock = &clock};
  Ownership ownership(options);
  SqliteConnection writer(file, SqliteConnection::Use::Write, ownership);
  Snapshots reads;
  SqliteWal wal(file, reads, options);
  RawSqlite shell(file);
  shell.run("CREATE TABLE notes (text TEXT)");
  shell.run("BEGIN; SELECT count(*) FROM notes");
  RawSqlite(file).run("INSERT INTO notes VALUES (hex(zeroblob(524288)))");

  ASSERT_TRUE(wal.is_due());
  wal.cut(writer);
  EXPECT_EQ(wal.figures().problem, "") << "it may be a short read";
  EXPECT_FALSE(wal.is_due()) << "not again at once";
  clock.advance(std::chrono::seconds(1));
  {
    const Snapshots::Entry later(reads, {"orders", clock.steady()});
    ASSERT_TRUE(wal.is_due());
    wal.cut(writer);
    EXPECT_THAT(wal.figures().problem, HasSubstr("another process has been reading for 1 s"));
  }
  const Snapshots::Entry earlier(reads, {"orders", clock.steady() - std::chrono::seconds(20)});
  wal.cut(writer);
  EXPECT_THAT(wal.figures().problem, HasSubstr("'orders' in this process has been under way for "
                                               "20 s"));
  shell.run("COMMIT");
  wal.cut(writer);
  EXPECT_EQ(wal.figures().problem, "");
  clock.advance(std::chrono::seconds(1));
  EXPECT_FALSE(wal.is_due());
}

TEST_F(WalTest, A_log_that_the_disk_does_not_take_into_the_file_is_a_problem_until_it_does) {
  test::BrokenDisk disk("other.db");
  ManualClock clock;
  const auto file = database_.file().parent_path() / "other.db";
  const Options options{.wal_limit = kLimit, .clock = &clock};
  Ownership ownership(options);
  SqliteConnection writer(file, SqliteConnection::Use::Write, ownership);
  Snapshots reads;
  SqliteWal wal(file, reads, options);
  // It stays open: the last to leave takes the log into the file.
  RawSqlite shell(file);
  shell.run("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES (hex(zeroblob(524288)))");
  disk.fail();
  ASSERT_TRUE(wal.is_due());
  wal.cut(writer);
  EXPECT_THAT(wal.figures().problem,
              AllOf(HasSubstr("'other.db'"), HasSubstr("disk I/O error"), Not(HasSubstr("fuser"))));
  disk.mend();
  wal.cut(writer);
  EXPECT_EQ(wal.figures().problem, "");
}

TEST_F(WalTest, A_log_below_the_limit_is_left_alone) {
  ASSERT_TRUE(orders_.write(soon(), [](Session& session) -> Result<void> {
    session.run("INSERT INTO notes(text) VALUES ('a')");
    return {};
  }));
  const auto logs = database_.shared().write_ahead_logs();
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs[0].database, "shop.db");
  EXPECT_EQ(logs[0].bytes, sqlite::wal_bytes_of(database_.file()));
  EXPECT_GT(logs[0].bytes, 0U);
  EXPECT_EQ(logs[0].problem, "");
}

}  // namespace
}  // namespace banyan::sql
