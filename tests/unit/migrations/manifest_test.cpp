// SPDX-License-Identifier: Apache-2.0
#include "banyan/manifest/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
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
                  {.statements = {{"m" + std::to_string(writer), "c" + std::to_string(i), {}}}});
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

Timestamp at(std::size_t micros) { return Timestamp{static_cast<std::int64_t>(micros)}; }

TEST(StatementsOfAManifest, AreOneWhenOnlyTheirLiteralsDiffer) {
  Manifest manifest{.statements = {{"orders", "SELECT a FROM t WHERE b = 1", at(5), at(6)},
                                   {"orders", "SELECT a FROM t WHERE b = 2", at(4)}}};
  merge(manifest, {.statements = {{"orders", "SELECT a FROM t WHERE b = 3", at(7)},
                                  {"catalog", "SELECT a FROM t WHERE b = 1", at(1)}}});
  ASSERT_EQ(manifest.statements.size(), 2U);
  EXPECT_EQ(manifest.statements[0].sql, "SELECT a FROM t WHERE b = 1") << "it has its name by that";
  EXPECT_EQ(manifest.statements[0].last_run, at(7));
  EXPECT_EQ(manifest.statements[0].dismissed_at, at(6));
  EXPECT_EQ(manifest.statements[1].module, "catalog");
}

TEST(StatementsOfAManifest, AreDismissedWithTheirModuleWheneverTheyAreTold) {
  Manifest manifest{.dismissals = {{{"orders", at(5)}}}};
  merge(manifest, {.statements = {{"orders", "SELECT early", at(4)},
                                  {"orders", "SELECT late", at(5)},
                                  {"catalog", "SELECT other", at(1)}},
                   .dismissals = {{{"orders", at(3)}}}});
  ASSERT_EQ(manifest.statements.size(), 3U);
  EXPECT_TRUE(is_dismissed(manifest, manifest.statements[0]));
  EXPECT_FALSE(is_dismissed(manifest, manifest.statements[1]));
  EXPECT_FALSE(is_dismissed(manifest, manifest.statements[2]));
}

Manifest many_of(const std::string& module, std::size_t count, std::size_t since,
                 bool crosses = false) {
  Manifest manifest;
  for (std::size_t i = 0; i < count; ++i) {
    manifest.statements.push_back(
        {module, "SELECT a" + std::to_string(since + i), at(since + i), {}, crosses});
  }
  return manifest;
}

TEST(StatementsOfAManifest, AreBoundedForEachModuleAndTheOldestGo) {
  Manifest manifest = many_of("catalog", 3, 1);
  merge(manifest, many_of("orders", 3 * kMostStatements, 1));
  EXPECT_EQ(manifest.statements.size(), kMostStatements + 3);
  EXPECT_EQ(manifest.statements.back().last_run, at(3 * kMostStatements));
  ASSERT_TRUE(manifest.left_out);
  ASSERT_EQ(manifest.left_out->size(), 1U);
  EXPECT_EQ(manifest.left_out->front().module, "orders");
  EXPECT_FALSE(manifest.left_out->front().may_cross);
  EXPECT_EQ(manifest.left_out->front().last_run, at(2 * kMostStatements));

  Manifest next{.application = "a new start"};
  merge(next, manifest);
  EXPECT_TRUE(next.left_out) << "it is not forgotten";
}

TEST(StatementsOfAManifest, ThatCrossGoLastThenThoseOfWhichNobodyKnows) {
  Manifest manifest{.statements = {{"orders", "SELECT crossing", at(1), {}, true},
                                   {"orders", "SELECT of_old", at(2)}}};
  merge(manifest, many_of("orders", 5'000, 10));
  const auto is_there = [&](std::string_view sql) {
    const auto found = std::ranges::find(manifest.statements, sql, &ManifestStatement::sql);
    return found != manifest.statements.end();
  };
  EXPECT_TRUE(is_there("SELECT crossing"));
  EXPECT_TRUE(is_there("SELECT of_old"));
  EXPECT_FALSE(manifest.left_out->front().may_cross);

  merge(manifest, many_of("orders", kMostStatements, 10'000, true));
  EXPECT_FALSE(is_there("SELECT of_old"));
  EXPECT_TRUE(manifest.left_out->front().may_cross);
}

TEST(StatementsOfAManifest, HaveNoMoreTextThanThereIsRoomFor) {
  Manifest manifest;
  const std::string long_name(300'000, 'x');
  for (int i = 0; i < 10; ++i) {
    merge(manifest, {.statements = {{"orders", "SELECT " + long_name + std::to_string(i), at(1)}}});
  }
  EXPECT_EQ(manifest.statements.size(), 3U);
  EXPECT_TRUE(manifest.left_out);
}

/// A manifest that nobody can decode, as a disk may leave it or a version that let it grow.
class ADamagedManifest : public testing::Test {
 protected:
  ADamagedManifest() { damage(); }
  void damage() const { std::ofstream(manifest_file(database_)) << kText; }
  Result<bool> start(const PutAside& put_aside = {}) const {
    return update(
        database_,
        [](const std::optional<Manifest>&) {
          return std::optional(Manifest{.application = "new"});
        },
        put_aside);
  }
  static std::string text_of(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  static constexpr const char* kText = R"({"application": "sho)";
  const test::TemporaryFolder folder_;
  const std::filesystem::path database_ = folder_.path() / "shop.db";
};

TEST_F(ADamagedManifest, IsNotWrittenOver) {
  const auto changed = start();
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().rule, "manifest.invalid");
  EXPECT_EQ(text_of(manifest_file(database_)), kText);
  EXPECT_TRUE(damaged_manifests(database_).empty());
}

TEST_F(ADamagedManifest, IsPutAsideByWhoTellsOfIt) {
  std::vector<std::filesystem::path> told;
  const PutAside tell = [&](const std::filesystem::path& aside, const Error& why) {
    EXPECT_EQ(why.rule, "manifest.invalid");
    told.push_back(aside);
  };
  ASSERT_TRUE(start(tell));
  EXPECT_EQ(read(database_)->application, "new");
  damage();
  ASSERT_TRUE(start(tell));
  EXPECT_EQ(damaged_manifests(database_), told);
  ASSERT_EQ(told.size(), 2U) << "the first one stays";
  for (const auto& each : told) EXPECT_EQ(text_of(each), kText) << each;
  ASSERT_TRUE(start(tell));
  EXPECT_EQ(told.size(), 2U);
}

TEST_F(ADamagedManifest, IsStillKnownWhenAnEarlierOneWasTakenAway) {
  const PutAside tell = [](const std::filesystem::path&, const Error&) {};
  ASSERT_TRUE(start(tell));
  damage();
  ASSERT_TRUE(start(tell));
  const auto both = damaged_manifests(database_);
  ASSERT_EQ(both.size(), 2U);
  std::filesystem::remove(both.front());
  EXPECT_EQ(damaged_manifests(database_), std::vector{both.back()});
  damage();
  ASSERT_TRUE(start(tell));
  EXPECT_EQ(damaged_manifests(database_).front(), both.back()) << "the oldest first";
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
