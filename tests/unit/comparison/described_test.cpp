// SPDX-License-Identifier: Apache-2.0
// What the types of a port say about how its answers are compared.
#include <gtest/gtest.h>

#include <array>
#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "answers.hpp"
#include "banyan/json/shape_of.hpp"
#include "banyan/kernel/id.hpp"
#include "banyan/kernel/likeness.hpp"

namespace shop {

struct OrderTag {
  static constexpr std::string_view prefix = "ord";
};
using OrderId = banyan::Id<OrderTag>;

struct Line {
  std::string title;
  banyan::Money price;
};
BOOST_DESCRIBE_STRUCT(Line, (), (title, price))

struct Order {
  OrderId id;
  banyan::Timestamp placed_at;
  std::vector<Line> lines;
  std::map<std::string, int> stock;
  double score = 0;
  std::optional<std::string> next_cursor;
  static constexpr std::array likeness{
      banyan::Likeness{.field = "lines", .as = banyan::Alike::AnyOrder, .key = "title"},
      banyan::Likeness{.field = "score", .as = banyan::Alike::Near, .within = 0.5},
      banyan::Likeness{.field = "next_cursor", .as = banyan::Alike::SameForm}};
};
BOOST_DESCRIBE_STRUCT(Order, (), (id, placed_at, lines, stock, score, next_cursor))

}  // namespace shop

namespace banyan::strangler {
namespace {

std::string order(std::string_view id, std::string_view time, std::string_view rest = "") {
  return R"({"id":")" + std::string(id) + R"(","placed_at":")" + std::string(time) + '"' +
         std::string(rest) + '}';
}

constexpr std::string_view kOne = "ord_0192aaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr std::string_view kTwo = "ord_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb";
constexpr std::string_view kNoon = "2026-11-29T12:00:00Z";
constexpr std::string_view kSoon = "2026-11-29T12:00:03Z";

TEST(DescribedTypes, MakeNewIdsAndTimesInAnswersToCommands) {
  const Compared command{.effect = Effect::Write, .shape = &json::shape_of<shop::Order>()};
  EXPECT_EQ(found(command(order(kOne, kNoon), order(kTwo, kSoon))), "");
  EXPECT_EQ(found(command(order(kOne, kNoon), order(kOne, "2026-11-29T12:00:06Z"))),
            "value /placed_at");
  EXPECT_EQ(
      found(command(order(kOne, kNoon), order("cus_0192bbbbbbbbbbbbbbbbbbbbbbbbbbbb", kNoon))),
      "type /id");
}

TEST(DescribedTypes, AreDataInAnswersToReads) {
  Compared read{.shape = &json::shape_of<shop::Order>()};
  EXPECT_EQ(found(read(order(kOne, kNoon), order(kTwo, kSoon))), "alias /id; value /placed_at");
  EXPECT_EQ(found(read(order(kOne, kNoon), order(kOne, "2026-11-29T12:00:00.000Z"))), "");
  read.aliases.add(kOne, kTwo);
  EXPECT_EQ(found(read(order(kOne, kNoon), order(kTwo, kNoon))), "");
}

TEST(DescribedTypes, SayHowTheirFieldsAreCompared) {
  const Compared read{.shape = &json::shape_of<shop::Order>()};
  const auto with = [&](std::string_view old_rest, std::string_view new_rest) {
    return found(read(order(kOne, kNoon, old_rest), order(kOne, kNoon, new_rest)));
  };
  EXPECT_EQ(with(R"(,"lines":[{"title":"a"},{"title":"b"}],"score":1,"next_cursor":"abc")",
                 R"(,"lines":[{"title":"b"},{"title":"a"}],"score":1.5,"next_cursor":"xyz")"),
            "");
  EXPECT_EQ(with(R"(,"score":1)", R"(,"score":1.6)"), "value /score");
  EXPECT_EQ(with(R"(,"stock":{"lamp":1})", R"(,"stock":{"lamp":2})"), "value /stock/*");
}

TEST(DescribedTypes, NeverTakeMoneyForNoise) {
  const Compared read{.shape = &json::shape_of<shop::Order>()};
  const Comparison comparison =
      read(order(kOne, kNoon, R"(,"lines":[{"title":"a","price":{"minor_units":999}}])"),
           order(kOne, kNoon, R"(,"lines":[{"title":"a","price":{"minor_units":998}}])"));
  ASSERT_EQ(found(comparison), "value /lines/*/price/minor_units");
  EXPECT_TRUE(comparison.differences[0].declared);
  const Comparison title =
      read(order(kOne, kNoon, R"(,"title":"a")"), order(kOne, kNoon, R"(,"title":"b")"));
  EXPECT_FALSE(title.differences.at(0).declared);
}

TEST(DescribedTypes, GiveWayToWhatTheRolloutDeclares) {
  Compared read{.shape = &json::shape_of<shop::Order>()};
  read.rule("/score", {.as = CompareAs::Exact});
  read.rule("/id", {.as = CompareAs::GeneratedId});
  EXPECT_EQ(found(read(order(kOne, kNoon, R"(,"score":1)"), order(kTwo, kNoon, R"(,"score":1.1)"))),
            "value /score");
}

}  // namespace
}  // namespace banyan::strangler
