// SPDX-License-Identifier: Apache-2.0
#include "banyan/map/description.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "banyan/map/sources.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "relations.hpp"
#include "small_shop.hpp"

namespace banyan::map {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class TheSources : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const auto file = folder_.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  test::TemporaryFolder folder_;
};

TEST(ADescription, IsReadAsItWasWritten) {
  const std::string text = to_json(small_shop());
  const auto read = description_from_json(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), text);
  EXPECT_EQ(read->find("payments")->events.front().fields,
            (std::vector<std::string>{"order", "amount"}));
  EXPECT_EQ(read->find("orders")->sagas.front().steps.front().undo, "release");
  EXPECT_EQ(read->find("nobody"), nullptr);
}

TEST(ADescription, OfSomethingElseIsRefused) {
  EXPECT_FALSE(description_from_json("{}"));
  EXPECT_FALSE(description_from_json("map"));
}

TEST_F(TheSources, TellAPurposeAndWhoCalls) {
  write("build/sources.json",
        R"({"modules": {"orders": "../orders", "catalog": "../catalog", "gone": "../gone"},
    "baseline": "../allowed.txt"})");
  write("allowed.txt",
        "# why\nsql-foreign-table | migrations/orders/0001.sql | tracks   # 0002 drops it\n"
        "sql-foreign-table | modules/orders/src/a.cpp | tracks\ninclude-parent | "
        "modules/orders/a.hpp | b\n");
  write("orders/README.md", "# orders\n\nAn order's life\nfrom its placing on.\n\n| | |\n");
  write("orders/src/domain/price.cpp",
        "auto a = ask(catalog::SetPrice{});  // catalog::GetTrackList is another\n");
  write("catalog/README.md", "# catalog\n\n| a table | is no sentence |\n");
  write("catalog/src/a.cpp", "catalog::GetTrack its own");
  const auto sources = read_sources(folder_.path() / "build/sources.json");
  ASSERT_TRUE(sources) << sources.error().message;
  Description shop = small_shop();
  shop.modules[0].operations[0].callers.clear();
  add_sources(shop, *sources);
  EXPECT_EQ(shop.find("orders")->purpose, "An order's life from its placing on.");
  EXPECT_EQ(shop.find("catalog")->purpose, "");
  EXPECT_THAT(shop.find("catalog")->operations[0].callers, IsEmpty());
  EXPECT_THAT(shop.find("catalog")->operations[1].callers, ElementsAre("orders"));
  ASSERT_EQ(shop.find("orders")->violations.size(), 1U);
  const ViolationInfo& allowed = shop.find("orders")->violations.front();
  EXPECT_EQ(allowed.table, "tracks");
  EXPECT_EQ(allowed.reason, "0002 drops it");
  EXPECT_THAT(allowed.places,
              ElementsAre("migrations/orders/0001.sql", "modules/orders/src/a.cpp"));
}

TEST_F(TheSources, ThatAreNoneAreRefused) {
  EXPECT_FALSE(read_sources(folder_.path() / "nowhere.json"));
  write("bad.json", "[]");
  EXPECT_FALSE(read_sources(folder_.path() / "bad.json"));
}

TEST(Relations, AreCallsEventsPartiesAndWhatIsNotKept) {
  std::vector<std::string> all;
  for (const Relation& each : relations(small_shop())) {
    std::string text = each.from + " " + each.to;
    for (const std::string& word : each.what) text += " " + word;
    all.push_back(text);
  }
  EXPECT_THAT(all, ElementsAre("stock catalog", "orders catalog get_track", "orders stock",
                               "orders payments", "payments orders payment_captured",
                               "payments payments.provider", "stock activity activity",
                               "stock catalog albums"));
}

}  // namespace
}  // namespace banyan::map
