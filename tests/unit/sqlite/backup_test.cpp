// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/backup.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

constexpr std::string_view kBigTable =
    "CREATE TABLE t(a); INSERT INTO t SELECT randomblob(3000) FROM (WITH RECURSIVE n(i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) SELECT * FROM n)";

class BackupTest : public ::testing::Test {
 protected:
  BackupTest() { source_.run(kBigTable); }

  test::TemporaryFolder folder_;
  std::filesystem::path copy_ = folder_.path() / "copy.db";
  Connection source_ = Connection::open(folder_.path() / "shop.db", OpenMode::Create);
};

TEST_F(BackupTest, CopiesInSteps) {
  int steps = 0;
  back_up(source_, copy_, 10, [&](const BackupProgress& progress) {
    ++steps;
    EXPECT_EQ(progress.done, progress.remaining_pages == 0);
  });
  EXPECT_GT(steps, 5);
  const Connection copy = Connection::open(copy_, OpenMode::Read);
  EXPECT_EQ(copy.number("SELECT count(*) FROM t"), 100);
  EXPECT_EQ(copy.text("PRAGMA integrity_check"), "ok");
}

TEST_F(BackupTest, HoldsOneMomentAlsoWhenSomebodyWritesMeanwhile) {
  const Connection writer = Connection::open(folder_.path() / "shop.db", OpenMode::Write);
  bool written = false;
  back_up(source_, copy_, 10, [&](const BackupProgress&) {
    if (!std::exchange(written, true)) writer.run("DELETE FROM t WHERE rowid > 40");
  });
  EXPECT_EQ(Connection::open(copy_, OpenMode::Read).number("SELECT count(*) FROM t"), 40);
}

TEST_F(BackupTest, LeavesTheOldFileWhenItIsGivenUp) {
  back_up(source_, copy_);
  source_.run("DELETE FROM t");
  const auto give_up = [](const BackupProgress&) { throw std::runtime_error("enough"); };
  EXPECT_THROW(back_up(source_, copy_, 1, give_up), std::runtime_error);
  EXPECT_EQ(Connection::open(copy_, OpenMode::Read).number("SELECT count(*) FROM t"), 100);
}

}  // namespace
}  // namespace banyan::sqlite
