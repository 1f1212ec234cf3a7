// SPDX-License-Identifier: Apache-2.0
#include "banyan/manifest/manifest.hpp"

#include <gtest/gtest.h>

#include <filesystem>
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

}  // namespace
}  // namespace banyan::manifest
