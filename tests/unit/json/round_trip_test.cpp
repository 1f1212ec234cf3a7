// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>

#include "banyan/json/codec.hpp"
#include "shop_types.hpp"

namespace {

using banyan::json::decode;
using banyan::json::encode;
using banyan::json::Reading;

template <class T>
void expect_round_trip(const T& value) {
  const std::string text = encode(value);
  const auto back = decode<T>(text, Reading::Strict);
  ASSERT_TRUE(back.has_value()) << text << "\n" << back.error().message;
  EXPECT_EQ(*back, value) << text;
}

template <class Integer>
using Range = std::numeric_limits<Integer>;

TEST(RoundTrip, KeepsIntegersAtTheEdgesOfTheirRange) {
  expect_round_trip(shop::Integers{Range<std::int8_t>::min(), 0, Range<std::int16_t>::min(), 0,
                                   Range<std::int32_t>::min(), 0, Range<std::int64_t>::min(), 0});
  expect_round_trip(shop::Integers{Range<std::int8_t>::max(), Range<std::uint8_t>::max(),
                                   Range<std::int16_t>::max(), Range<std::uint16_t>::max(),
                                   Range<std::int32_t>::max(), Range<std::uint32_t>::max(),
                                   Range<std::int64_t>::max(), Range<std::uint64_t>::max()});
}

TEST(RoundTrip, KeepsEveryKindOfField) {
  shop::Everything value;
  value.inherited = "from the base";
  value.flag = true;
  value.ratio = 0.1 + 0.2;
  value.level = shop::Signed::Below;
  value.price = {-1, "USD"};
  value.at = {1'700'000'000'123'456};
  value.by_name["a/b~c \"quoted\" \n ä 𝄞"] = {{*shop::TrackId::parse(shop::kTrack), 3}};
  value.by_name[""] = {};
  value.count = -5;
  value.words = {{"", "\x01\x1f\x7f", "日本"}};
  expect_round_trip(value);
}

TEST(RoundTrip, LeavesEmptyOptionalsOut) {
  const shop::Order order{{{*shop::TrackId::parse(shop::kTrack), 1}}, shop::State::OutOfStock, {}};
  expect_round_trip(order);
  EXPECT_EQ(encode(order), R"({"lines":[{"track":")" + shop::kTrack +
                               R"(","quantity":1}],"state":"out_of_stock"})");
}

TEST(RoundTrip, TellsAnEmptyListFromAnAbsentOne) {
  shop::Everything value;
  value.words.emplace();
  expect_round_trip(value);
}

TEST(RoundTrip, KeepsATypeThatContainsItself) {
  expect_round_trip(shop::Tree{"root", {{"left", {}}, {"right", {{"leaf", {}}}}}});
}

TEST(RoundTrip, KeepsDoublesToTheLastBit) {
  for (const double ratio : {5e-324, 1.7976931348623157e308, -0.1, 1e21, 9007199254740993.0}) {
    shop::Everything value;
    value.ratio = ratio;
    expect_round_trip(value);
  }
}

TEST(RoundTrip, WritesEnumeratorsInSnakeCase) {
  EXPECT_EQ(encode(shop::State::HTTPError), "\"http_error\"");
  EXPECT_EQ(encode(std::vector<shop::Signed>{shop::Signed::Above}), "[\"above\"]");
}

TEST(RoundTrip, WritesFieldsOfBasesFirst) {
  EXPECT_TRUE(encode(shop::Everything{}).starts_with(R"({"inherited":"","flag":false)"));
}

TEST(Encode, RefusesTextThatIsNotUtf8AndSaysWhere) {
  const shop::Tree tree{"root", {{"\xC3(", {}}}};
  try {
    encode(tree);
    FAIL() << "nothing was thrown";
  } catch (const banyan::json::NotWritable& fault) {
    EXPECT_STREQ(fault.what(), "cannot write /children/0/name as JSON: the text is not UTF-8");
  }
}

TEST(Encode, RefusesNumbersThatAreNotFinite) {
  shop::Everything value;
  value.ratio = std::numeric_limits<double>::infinity();
  EXPECT_THROW(encode(value), banyan::json::NotWritable);
}

TEST(Encode, RefusesEnumeratorsWithoutAName) {
  EXPECT_THROW(encode(static_cast<shop::State>(77)), banyan::json::NotWritable);
}

TEST(Decode, IgnoresUnknownFieldsInAnswersAtEveryDepth) {
  const auto tree = decode<shop::Tree>(
      R"({"new":{"deep":[1,{"x":null}]},"name":"a","children":[{"name":"b","children":[],"n":1}]})",
      Reading::Tolerant);

  ASSERT_TRUE(tree.has_value()) << tree.error().message;
  EXPECT_EQ(*tree, (shop::Tree{"a", {{"b", {}}}}));
}

TEST(Decode, AcceptsWhatIsExactlyWithinTheBounds) {
  const banyan::json::Bounds bounds{.max_bytes = 25, .max_depth = 2};
  EXPECT_TRUE(decode<shop::Tree>(R"({"name":"","children":[]})", Reading::Strict, bounds));
}

TEST(Decode, ReadsTimesWithAndWithoutFractions) {
  EXPECT_EQ(decode<banyan::Timestamp>(R"("2023-11-14T22:13:20Z")", Reading::Strict),
            (banyan::Timestamp{1'700'000'000'000'000}));
  EXPECT_EQ(decode<banyan::Timestamp>(R"("2023-11-14T22:13:20.5Z")", Reading::Strict),
            (banyan::Timestamp{1'700'000'000'500'000}));
}

}  // namespace
