// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/wal_room.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "banyan/sqlite/connection.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "support/small_disk.hpp"

namespace banyan::sqlite {
namespace {

constexpr std::uint64_t kMegabyte = 1 << 20;

/// What the file takes of the disk, however long it is.
std::uint64_t bytes_held_by(const std::string& file) {
  struct stat found{};
  EXPECT_EQ(::stat(file.c_str(), &found), 0) << file;
  return static_cast<std::uint64_t>(found.st_blocks) * 512;
}

class WalRoomTest : public testing::Test {
 protected:
  static Connection made(const std::string& file) {
    Connection connection = Connection::open(file, OpenMode::Create);
    connection.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE a (b)");
    return connection;
  }

  test::TemporaryFolder folder_;
  std::string file_ = folder_.file("a.db");
};

TEST_F(WalRoomTest, HoldsRoomThatIsNoContent) {
  const Connection connection = made(file_);
  ASSERT_TRUE(connection.checkpoint(Checkpoint::Truncate).complete);
  if (hold_wal_room(file_, kMegabyte) == WalRoom::Unknown) {
    GTEST_SKIP() << "this file system holds no room";
  }
  EXPECT_GE(bytes_held_by(file_ + "-wal"), kMegabyte);
  struct stat log{};
  ASSERT_EQ(::stat((file_ + "-wal").c_str(), &log), 0);
  EXPECT_EQ(log.st_size, 0);
  connection.run("INSERT INTO a VALUES (1)");
  EXPECT_EQ(Connection::open(file_, OpenMode::Write).number("SELECT b FROM a"), 1);
  ASSERT_TRUE(connection.checkpoint(Checkpoint::Truncate).complete);
  EXPECT_LT(bytes_held_by(file_ + "-wal"), kMegabyte) << "given back: hold it anew";
}

TEST_F(WalRoomTest, KeepsTheLogAsItIsWhenTheLastConnectionCloses) {
  {
    const Connection connection = made(file_);
    keep_wal(connection);
    connection.run("INSERT INTO a VALUES (1)");
  }
  ASSERT_TRUE(std::filesystem::exists(file_ + "-shm"));
  EXPECT_GT(std::filesystem::file_size(file_ + "-wal"), 0U);
  EXPECT_EQ(Connection::open(file_, OpenMode::Write).number("SELECT b FROM a"), 1);
}

TEST_F(WalRoomTest, KnowsNothingWhereThereIsNoLog) {
  EXPECT_EQ(hold_wal_room(file_, kMegabyte), WalRoom::Unknown);
}

TEST_F(WalRoomTest, WritesOnWhereTheDiskIsFullUntilItIsUsedUp) {
  const auto ended = test::on_a_small_disk(folder_.path(), "3m", [&] {
    const Connection connection = made(file_);
    ASSERT_EQ(hold_wal_room(file_, kMegabyte), WalRoom::Held);
    test::fill_disk(folder_.file("ballast"));
    connection.run(
        "PRAGMA wal_autocheckpoint = 0; BEGIN; INSERT INTO a VALUES (randomblob(200000)); COMMIT");
    EXPECT_EQ(hold_wal_room(file_, kMegabyte), WalRoom::Full);
    const auto write_much = [&] { connection.run("INSERT INTO a VALUES (randomblob(1500000))"); };
    EXPECT_THROW(write_much(), Fault);
    EXPECT_EQ(connection.number("SELECT count(*) FROM a"), 1) << "what was written is there";
  });
  if (ended == test::OnASmallDisk::NotAllowed) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(ended, test::OnASmallDisk::Passed);
}

}  // namespace
}  // namespace banyan::sqlite
