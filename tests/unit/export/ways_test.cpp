// SPDX-License-Identifier: Apache-2.0
#include "ways.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "example_table.hpp"

namespace banyan::strangler {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const Ways& ways) {
  std::vector<std::string> all;
  for (const WayLine& each : ways.lines) {
    all.push_back(methods_expression(each) + ' ' + each.route->path + ' ' + ways.ways[each.way].id);
  }
  return all;
}

ExampleTable routes(std::string_view more) {
  return ExampleTable(std::string(R"([proxy]
listen = ["127.0.0.1:8080"]
[upstreams.shop]
instances = ["127.0.0.1:9000"]
[upstreams.new]
instances = ["127.0.0.1:9001"]
[rollouts.a-b]
[rollouts.a_b]
)")
                          .append(more));
}

TEST(TheLines, AreInTheOrderInWhichRoutesWin) {
  const ExampleTable example = whole_table();
  EXPECT_THAT(texts(ways_of(example.table())),
              ElementsAre("(?:GET|HEAD) /albums catalog_reads", "POST /albums catalog_writes",
                          "(?:GET|HEAD) /albums/{id} catalog_reads_2",
                          "(?:GET|HEAD) /files stay_shop_reads", testing::StartsWith("(?:"),
                          "[^:]+ /orders orders_writes", "(?:GET|HEAD) / stay_shop_reads_2",
                          "POST / stay_shop_writes"));
}

TEST(GetStandsForHead, UnlessAnotherRouteAtThePlaceNamesIt) {
  const ExampleTable example = routes(R"(
[[routes]]
path = "/a/{x}"
methods = ["GET"]
legacy = "shop"
[[routes]]
path = "/a/{y}"
methods = ["HEAD"]
legacy = "new"
)");
  EXPECT_THAT(
      texts(ways_of(example.table())),
      testing::UnorderedElementsAre("GET /a/{x} stay_shop_reads", "HEAD /a/{y} stay_new_reads"));
}

TEST(AWay, HasTheShareOfItsEffect) {
  const ExampleTable example = whole_table();
  const Ways ways = ways_of(example.table());
  const auto share = [&](std::string_view id) {
    return std::ranges::find(ways.ways, id, &Way::id)->share;
  };
  EXPECT_EQ(share("catalog_reads"), 2500U);
  EXPECT_EQ(share("catalog_writes"), 0U);
  EXPECT_EQ(share("orders_reads"), 10'000U);
  EXPECT_EQ(share("orders_writes"), 10'000U);
  EXPECT_EQ(share("stay_shop_reads"), 0U);
}

TEST(Rollouts, HaveWordsOfTheirOwnForVariables) {
  const ExampleTable example = routes(R"(
[[routes]]
path = "/a"
methods = ["GET"]
legacy = "shop"
successor = "new"
rollout = "a-b"
[[routes]]
path = "/b"
methods = ["GET"]
legacy = "shop"
successor = "new"
rollout = "a_b"
)");
  const Ways ways = ways_of(example.table());
  ASSERT_EQ(ways.rollouts.size(), 2U);
  EXPECT_EQ(ways.rollouts[0].word, "a_b");
  EXPECT_EQ(ways.rollouts[1].word, "a_b_2");
  EXPECT_EQ(ways.ways[1].id, "a_b_2_reads");
}

TEST(ARolloutThatTheStoreDoesNotKnow, IsAtLegacy) {
  const ExampleTable example(kWholeTable);
  for (const Way& each : ways_of(example.table()).ways) EXPECT_EQ(each.share, 0U) << each.id;
}

}  // namespace
}  // namespace banyan::strangler
