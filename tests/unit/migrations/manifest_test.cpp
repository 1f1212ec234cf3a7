// SPDX-License-Identifier: Apache-2.0
#include "banyan/manifest/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "banyan/test/temporary_folder.hpp"

namespace banyan::manifest {
namespace {

TEST(Manifests, LoseNothingWhenManyAddToOneAtTheSameTime) {
  const test::TemporaryFolder folder;
  const std::filesystem::path database = folder.path() / "shop.db";
  ASSERT_TRUE(write(database, {.application = "shop"}));
  constexpr int kWriters = 4;
  constexpr int kEach = 20;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kEach; ++i) {
          const auto added = update(database, [&](std::optional<Manifest> known) {
            merge(known.value(),
                  {.statements = {{"m" + std::to_string(writer), std::to_string(i), {}}}});
            return known;
          });
          EXPECT_TRUE(added);
        }
      });
    }
  }
  const auto all = read(database);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->statements.size(), std::size_t{kWriters * kEach});
}

TEST(Manifests, AreMadeWhereThereIsNone) {
  const test::TemporaryFolder folder;
  const std::filesystem::path database = folder.path() / "shop.db";
  ASSERT_TRUE(update(database, [](const std::optional<Manifest>& known) {
    EXPECT_FALSE(known);
    return std::optional(Manifest{.application = "shop"});
  }));
  EXPECT_EQ(read(database)->application, "shop");
}

TEST(Manifests, StayAsTheyAreWhenNothingIsMadeOfThem) {
  const test::TemporaryFolder folder;
  const std::filesystem::path database = folder.path() / "shop.db";
  const auto replaced = update(database, [](const auto&) { return std::optional<Manifest>(); });
  ASSERT_TRUE(replaced);
  EXPECT_FALSE(*replaced);
  EXPECT_FALSE(std::filesystem::exists(manifest_file(database)));
}

/// A manifest that belongs to the application's user, and a process that is somebody else.
class AManifestOfAnotherUser : public testing::Test {
 protected:
  AManifestOfAnotherUser() {
    if (geteuid() != 0) return;
    ::chmod(folder_.path().c_str(), 0777);
    std::ofstream{database_};
    EXPECT_EQ(::chown(database_.c_str(), 4711, 4711), 0);
    ::chmod(database_.c_str(), 0600);
    EXPECT_TRUE(write(database_, {.application = "shop"}));
    EXPECT_EQ(::seteuid(4712), 0);
  }
  ~AManifestOfAnotherUser() override { (void)!::seteuid(0); }
  void SetUp() override {
    if (::getuid() != 0) GTEST_SKIP() << "only root can be two users";
  }

  const test::TemporaryFolder folder_;
  const std::filesystem::path database_ = folder_.path() / "shop.db";
};

TEST_F(AManifestOfAnotherUser, IsNotSaidToBeMissing) {
  const auto manifest = read(database_);
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().rule, "manifest.unreadable");
  EXPECT_THAT(manifest.error().message, testing::AllOf(testing::HasSubstr("Permission denied"),
                                                       testing::HasSubstr("chown --reference=")));
}

TEST_F(AManifestOfAnotherUser, IsNotReplacedByOneThatKnowsNothingOfIt) {
  const auto changed = update(database_, [](const std::optional<Manifest>&) {
    return std::optional(Manifest{.application = "other"});
  });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().rule, "manifest.unreadable");
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_EQ(read(database_)->application, "shop");
}

TEST_F(AManifestOfAnotherUser, StaysHisWhenAnAdministratorChangesIt) {
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_TRUE(update(database_, [](std::optional<Manifest> known) {
    known->version = "2";
    return known;
  }));
  struct stat found{};
  ASSERT_EQ(::stat(manifest_file(database_).c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, 4711U);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
}

}  // namespace
}  // namespace banyan::manifest
