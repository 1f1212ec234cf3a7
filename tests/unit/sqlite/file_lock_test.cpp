// SPDX-License-Identifier: Apache-2.0
#include "banyan/sqlite/file_lock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "banyan/sqlite/fault.hpp"
#include "banyan/test/temporary_folder.hpp"

namespace banyan::sqlite {
namespace {

using std::chrono::milliseconds;

class FileLockTest : public ::testing::Test {
 protected:
  FileLock make() const { return {lock_, database_}; }
  /// As a program of another version opens it.
  int raw() const { return ::open(lock_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666); }

  test::TemporaryFolder folder_;
  std::filesystem::path database_ = folder_.path() / "shop.db";
  std::filesystem::path lock_ = writer_lock_of(database_);
};

TEST_F(FileLockTest, LiesBesideTheDatabase) { EXPECT_EQ(lock_, folder_.path() / "shop.db.lock"); }

// The database has one write-ahead log, whose writers take turns.
TEST_F(FileLockTest, OfALinkIsThatOfTheDatabaseThatItLeadsTo) {
  const auto other = folder_.path() / "other";
  std::filesystem::create_directory(other);
  std::filesystem::create_symlink("../shop.db", other / "near.db");
  std::filesystem::create_symlink(other / "near.db", other / "far.db");

  for (const bool is_there : {false, true}) {
    if (is_there) std::ofstream(database_).put('x');
    for (const char* const name : {"near.db", "far.db"}) {
      EXPECT_EQ(std::filesystem::weakly_canonical(writer_lock_of(other / name)),
                std::filesystem::weakly_canonical(lock_))
          << name;
    }
  }
}

TEST_F(FileLockTest, OfLinksInACircleIsSomeName) {
  std::filesystem::create_symlink("b.db", folder_.path() / "a.db");
  std::filesystem::create_symlink("a.db", folder_.path() / "b.db");
  EXPECT_EQ(writer_lock_of(folder_.path() / "a.db").extension(), ".lock");
}

// Who may write in the folder would choose what is made, and where.
TEST_F(FileLockTest, ALinkThatLeadsNowhereIsRefusedAndNotFollowed) {
  const auto elsewhere = folder_.path() / "elsewhere";
  std::filesystem::create_symlink(elsewhere, lock_);
  EXPECT_THROW(make(), Fault);
  EXPECT_FALSE(std::filesystem::exists(elsewhere));
}

TEST_F(FileLockTest, IsHeldByOne) {
  FileLock first = make();
  FileLock second = make();
  EXPECT_TRUE(first.try_acquire());
  EXPECT_FALSE(second.try_acquire());
  first.release();
  EXPECT_TRUE(second.try_acquire());
}

TEST_F(FileLockTest, IsAskedForByManyAtOnceWhoDoNotTakeIt) {
  EXPECT_FALSE(FileLock::is_held(lock_)) << "there is no such file";
  FileLock one = make();
  const int asks = raw();
  ASSERT_EQ(::flock(asks, LOCK_SH), 0);
  EXPECT_FALSE(FileLock::is_held(lock_)) << "somebody else asks, too";
  ::close(asks);
  ASSERT_TRUE(one.try_acquire());
  EXPECT_TRUE(FileLock::is_held(lock_));
  one.release();
  EXPECT_FALSE(FileLock::is_held(lock_));
}

TEST_F(FileLockTest, GivesUpWhenItIsTold) {
  FileLock first = make();
  ASSERT_TRUE(first.try_acquire());
  EXPECT_EQ(FileLock::take(lock_, database_, milliseconds(5)), std::nullopt);
  int asked = 0;
  FileLock second = make();
  EXPECT_FALSE(second.acquire([&asked] { return ++asked == 3; }));
  EXPECT_EQ(asked, 3);
}

TEST_F(FileLockTest, IsReleasedWhenItEnds) {
  {
    ASSERT_TRUE(FileLock::take(lock_, database_, milliseconds(0)));
  }
  EXPECT_TRUE(FileLock::take(lock_, database_, milliseconds(0)));
}

TEST_F(FileLockTest, SaysWhoHoldsIt) {
  FileLock lock = make();
  ASSERT_TRUE(lock.try_acquire());
  lock.sign("a longer name of a holder");
  lock.sign("process 7");
  EXPECT_EQ(FileLock::holder(lock_), "process 7");
  EXPECT_EQ(FileLock::holder(folder_.path() / "none"), "");
  EXPECT_TRUE(FileLock::is_held_by(lock_, ::getpid()));
  EXPECT_FALSE(FileLock::is_held_by(lock_, ::getppid()));
  EXPECT_FALSE(FileLock::is_held_by(folder_.path() / "none", ::getpid()));
  lock.release();
  EXPECT_FALSE(FileLock::is_held_by(lock_, ::getpid())) << "and looking has not taken it";
  EXPECT_TRUE(lock.try_acquire());
}

// The protocol, byte for byte: flock(2) on the file, and the turn on its first byte.
TEST_F(FileLockTest, IsAnFlock) {
  FileLock lock = make();
  ASSERT_TRUE(lock.try_acquire());
  const int other = raw();
  EXPECT_NE(::flock(other, LOCK_EX | LOCK_NB), 0);
  lock.release();
  EXPECT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  ::close(other);
}

TEST_F(FileLockTest, WaitsForItsTurn) {
  const int other = raw();
  struct flock turn{};
  turn.l_type = F_WRLCK;
  turn.l_whence = SEEK_SET;
  turn.l_len = 1;
  ASSERT_EQ(::fcntl(other, F_OFD_SETLK, &turn), 0);
  FileLock lock = make();
  EXPECT_FALSE(lock.acquire(milliseconds(5))) << "the turn is another's";
  turn.l_type = F_UNLCK;
  ASSERT_EQ(::fcntl(other, F_OFD_SETLK, &turn), 0);
  EXPECT_TRUE(lock.acquire(milliseconds(5)));
  ::close(other);
}

TEST_F(FileLockTest, HoldsTheTurnWhileItWaits) {
  FileLock holder = make();
  ASSERT_TRUE(holder.try_acquire());
  std::atomic<bool> enough{false};
  std::jthread waiting([&] {
    FileLock lock = make();
    lock.acquire([&enough] { return enough.load(); });
  });
  const int other = raw();
  struct flock turn{};
  bool taken = false;
  while (!taken) {
    turn = {};
    turn.l_type = F_WRLCK;
    turn.l_whence = SEEK_SET;
    turn.l_len = 1;
    ASSERT_EQ(::fcntl(other, F_OFD_GETLK, &turn), 0);
    taken = turn.l_type == F_WRLCK;
    std::this_thread::yield();
  }
  enough = true;
  ::close(other);
}

}  // namespace
}  // namespace banyan::sqlite
