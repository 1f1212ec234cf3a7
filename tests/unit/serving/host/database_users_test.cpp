// SPDX-License-Identifier: Apache-2.0
#include "database_users.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <barrier>
#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>

#include "banyan/test/temporary_folder.hpp"
#include "support/nobody.hpp"

namespace banyan::host {
namespace {

class UsersOfADatabase : public testing::Test {
 protected:
  UsersOfADatabase() { std::ofstream{database_}; }

  const test::TemporaryFolder folder_;
  const std::filesystem::path database_ = folder_.path() / "shop.db";
};

TEST_F(UsersOfADatabase, FindEachOther) {
  std::optional<DatabaseUsers> first(database_);
  EXPECT_FALSE(first->found_another());
  EXPECT_TRUE(DatabaseUsers(database_).found_another());
  EXPECT_TRUE(DatabaseUsers(database_).found_another()) << "who has ended takes nothing away";
  first.reset();
  EXPECT_FALSE(DatabaseUsers(database_).found_another());
}

TEST_F(UsersOfADatabase, AreFoundAlsoWhenTheyCameAtTheSameTime) {
  for (int round = 0; round < 200; ++round) {
    std::array<std::optional<DatabaseUsers>, 2> both;
    std::barrier at_once(2);
    {
      std::array<std::jthread, 2> threads;
      for (std::size_t i = 0; i < 2; ++i) {
        threads[i] = std::jthread([&, i] {
          at_once.arrive_and_wait();
          both[i].emplace(database_);
        });
      }
    }
    both[static_cast<std::size_t>(round % 2)].reset();
    ASSERT_TRUE(DatabaseUsers(database_).found_another()) << "in round " << round;
  }
}

TEST_F(UsersOfADatabase, FindEachOtherWhoeverTheyAre) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be two users";
  ::chmod(folder_.path().c_str(), 0777);
  ::chmod(database_.c_str(), 0666);
  const DatabaseUsers first(database_);
  const test::Nobody nobody;
  EXPECT_TRUE(DatabaseUsers(database_).found_another());
}

TEST_F(UsersOfADatabase, FindEachOtherBehindALink) {
  const auto link = folder_.path() / "link.db";
  std::filesystem::create_symlink(database_, link);
  const DatabaseUsers first(database_);
  EXPECT_TRUE(DatabaseUsers(link).found_another());
}

TEST_F(UsersOfADatabase, LeaveAFileThatIsOfTheDatabasesOwnerAndForNobodyElse) {
  ::chmod(database_.c_str(), 0600);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(database_.c_str(), 4711, 4711), 0);
  }
  {
    const DatabaseUsers users(database_);
  }
  struct stat made{};
  struct stat wanted{};
  ASSERT_EQ(::stat(users_file_of(database_).c_str(), &made), 0);
  ASSERT_EQ(::stat(database_.c_str(), &wanted), 0);
  EXPECT_EQ(made.st_uid, wanted.st_uid);
  EXPECT_EQ(made.st_mode & 0777, 0600U);
}

TEST_F(UsersOfADatabase, FindEachOtherInTheRunFolderWhereTheFileCannotBeOpened) {
  std::filesystem::create_directory(users_file_of(database_));
  const DatabaseUsers first(database_);
  EXPECT_FALSE(first.found_another());
  EXPECT_TRUE(DatabaseUsers(database_).found_another());
}

}  // namespace
}  // namespace banyan::host
