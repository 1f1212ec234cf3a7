// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "small_shop.hpp"

namespace banyan::map {
namespace {

namespace fs = std::filesystem;

std::string golden(const std::string& name) {
  std::ifstream stream(fs::path(MAP_GOLDEN) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(ThePages, AreThoseThatSomebodyHasReadAndFoundGood) {
  const auto made = pages(small_shop());
  // After a change that is meant: BANYAN_WRITE_GOLDEN=1 rewrites them, and somebody reads them
  // again.
  if (std::getenv("BANYAN_WRITE_GOLDEN") != nullptr) {
    for (const auto& [name, text] : made) {
      fs::create_directories((fs::path(MAP_GOLDEN) / name).parent_path());
      std::ofstream(fs::path(MAP_GOLDEN) / name, std::ios::binary) << text;
    }
  }
  ASSERT_EQ(made.size(), 7U);
  for (const auto& [name, text] : made) EXPECT_EQ(text, golden(name)) << name;
}

TEST(ThePages, LinkACallerOnlyWhenItIsAModule) {
  Description of_a_process = small_shop();
  of_a_process.modules[0].operations[0].callers = {"orders", "pages"};
  EXPECT_THAT(pages(of_a_process).at("modules/catalog.md"),
              testing::HasSubstr("| called by | [orders](orders.md), pages |"));
}

TEST(ThePages, AreTheSameEachTime) { EXPECT_EQ(pages(small_shop()), pages(small_shop())); }

}  // namespace
}  // namespace banyan::map
