// SPDX-License-Identifier: Apache-2.0
// A commit of one connection beside a checkpoint of another may lose pages in SQLite before 3.51.3
// (docs/adr/0018): both are done in the turn of the file's writers only.
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

#include "banyan/placement/file_format.hpp"
#include "banyan/sqlite/file_header.hpp"
#include "banyan/sqlite/file_lock.hpp"
#include "support/becomes_true.hpp"
#include "support/raw_sqlite.hpp"
#include "support/watched_logs.hpp"
#include "unit/sql/shop_tables.hpp"

namespace banyan::sql {
namespace {

constexpr std::uintmax_t kWatchedLimit = 256 << 10;
// More than SQLite lets a log have (1000 pages) before it brings it in by itself.
constexpr const char* kManyPages = "INSERT INTO letters(text) VALUES (hex(zeroblob(3145728)))";

class WritersTurnTest : public testing::Test {
 protected:
  static std::vector<migrations::ModuleScripts> scripts(bool more = false) {
    std::vector<migrations::Script> all{{"0001_create.sql", "CREATE TABLE letters (text TEXT);"}};
    if (more) all.push_back({"0002_more.sql", kManyPages});
    return {{"orders", all}};
  }
  void migrate(bool more = false) {
    migrations::Runner(file_, scripts(more), system_clock()).apply();
  }
  /// From now on it counts, and somebody is there all the time: the last one that closes a database
  /// has it for itself, and brings its log in without asking anybody.
  void keep_open() {
    keeper_.emplace(file_);
    keeper_->run("SELECT count(*) FROM sqlite_master");
    logs_.forget();
  }
  void expect_turns(std::size_t checkpoints_at_least) {
    const auto seen = logs_.seen();
    EXPECT_GT(seen.writes, 0U);
    EXPECT_GE(seen.checkpoints, checkpoints_at_least);
    EXPECT_THAT(seen.without_lock, testing::IsEmpty());
  }
  void write_through(const std::filesystem::path& name) {
    const auto shared = test::open_file(name, {.wal_limit = kWatchedLimit});
    auto orders = shared->connect("orders", {"letters"});
    const auto done = orders.write(test::soon(), [](Session& session) -> Result<void> {
      session.run(kManyPages);
      return {};
    });
    EXPECT_TRUE(done);
    {
      // Another process, in its turn, that leaves the log to others.
      auto lock = sqlite::FileLock(sqlite::writer_lock_of(file_), file_);
      ASSERT_TRUE(lock.acquire(std::chrono::seconds(10)));
      test::RawSqlite other(file_);
      other.run(std::string("PRAGMA wal_autocheckpoint = 0; ") + kManyPages);
    }
    EXPECT_TRUE(test::becomes_true([this] { return sqlite::wal_bytes_of(file_) == 0; }));
  }

  test::WatchedLogs logs_;
  test::TemporaryFolder folder_{test::memory_folder()};
  std::filesystem::path file_ = folder_.path() / "shop.db";
  std::optional<test::RawSqlite> keeper_;
};

TEST_F(WritersTurnTest, Units_of_work_and_what_tends_the_log_are_in_it) {
  migrate();
  keep_open();
  write_through(file_);
  expect_turns(2);
}

TEST_F(WritersTurnTest, Who_calls_the_database_by_another_name_has_the_same_turn) {
  migrate();
  keep_open();
  const auto link = folder_.path() / "link.db";
  std::filesystem::create_symlink(file_, link);
  write_through(link);
  expect_turns(2);
}

TEST_F(WritersTurnTest, Migrations_are_in_it) {
  migrate();
  keep_open();
  migrate(true);
  expect_turns(1);
}

TEST_F(WritersTurnTest, Who_adopts_a_database_is_in_it) {
  {
    const auto theirs =
        sqlite::FileLock::take(sqlite::writer_lock_of(file_), file_, std::chrono::milliseconds(0));
    test::RawSqlite before(file_);
    before.run("PRAGMA journal_mode = WAL; CREATE TABLE things (id INTEGER)");
    keep_open();
  }
  const auto adopted = placement::adopt_database(file_);
  ASSERT_TRUE(adopted) << adopted.error().message;
  EXPECT_TRUE(*adopted);
  expect_turns(0);
}

// What the others would not show if the witness saw nothing.
TEST_F(WritersTurnTest, Who_writes_without_it_is_seen) {
  migrate();
  keep_open();
  test::RawSqlite shell(file_);
  shell.run(kManyPages);
  const auto seen = logs_.seen();
  EXPECT_GE(seen.checkpoints, 1U);
  EXPECT_EQ(seen.without_lock.size(), 2U);
}

}  // namespace
}  // namespace banyan::sql
