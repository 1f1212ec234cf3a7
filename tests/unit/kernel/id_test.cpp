// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace banyan {
namespace {

struct ThingTag {
  static constexpr std::string_view prefix = "thg";
};
using ThingId = Id<ThingTag>;

TEST(Id, ReadsBackWhatItWrote) {
  const ThingId id = ThingId::make({1'700'000'000'123'456}, system_random());
  EXPECT_EQ(ThingId::parse(id.str()), id);
}

TEST(Id, SortsByTheMillisecondOfItsMaking) {
  const ThingId early = ThingId::make({1'700'000'000'123'000}, system_random());
  const ThingId late = ThingId::make({1'700'000'000'124'000}, system_random());
  EXPECT_LT(early, late);
}

TEST(Id, CarriesVersionAndVariantOfRfc9562) {
  const std::string text = ThingId::make({1'700'000'000'123'000}, system_random()).str();
  EXPECT_EQ(text[4 + 12], '7');
  EXPECT_NE(std::string("89ab").find(text[4 + 16]), std::string::npos);
}

TEST(Id, IsNeverMadeTwice) {
  std::set<ThingId> made;
  for (int i = 0; i < 10'000; ++i) made.insert(ThingId::make({42'000}, system_random()));
  EXPECT_EQ(made.size(), 10'000U);
}

constexpr Timestamp kNoon{1'700'000'000'123'000};
constexpr std::int64_t kDay = 86'400'000'000;

TEST(Id, Made_after_another_sorts_after_it_whatever_the_clock_says) {
  ThingId newest = ThingId::make(kNoon, system_random());
  for (const std::int64_t off : {std::int64_t{0}, -kDay, kDay, std::int64_t{0}, -kDay, -kDay}) {
    const ThingId next = ThingId::make_after(newest, {kNoon.micros + off}, system_random());
    EXPECT_LT(newest, next);
    EXPECT_TRUE(ThingId::parse(next.str()));
    EXPECT_EQ(next.str()[4 + 12], '7');
    newest = next;
  }
}

TEST(Id, Made_after_another_goes_by_the_clock_as_soon_as_it_can) {
  const ThingId old = ThingId::make(kNoon, system_random());
  const ThingId next = ThingId::make_after(old, {kNoon.micros + kDay}, system_random());
  const ThingId at_that_time = ThingId::make({kNoon.micros + kDay}, system_random());
  EXPECT_EQ(next.str().substr(0, 16), at_that_time.str().substr(0, 16));
}

TEST(Id, Made_after_many_of_one_millisecond_does_not_run_ahead_of_time) {
  ThingId newest = ThingId::make(kNoon, system_random());
  for (int i = 0; i < 10'000; ++i) {
    const ThingId next = ThingId::make_after(newest, kNoon, system_random());
    ASSERT_LT(newest, next);
    newest = next;
  }
  EXPECT_LT(newest, ThingId::make({kNoon.micros + 5'000}, system_random()));
}

TEST(Id, Made_after_one_of_another_version_sorts_after_it) {
  const auto other = ThingId::parse("thg_018bcfe5680cfabc8def0123456789ab");
  ASSERT_TRUE(other);
  EXPECT_LT(*other, ThingId::make_after(other, {0}, system_random()));
}

TEST(Id, Made_after_nothing_goes_by_the_clock) {
  EXPECT_LT(ThingId::make_after(std::nullopt, kNoon, system_random()),
            ThingId::make({kNoon.micros + 1'000}, system_random()));
}

class NotAThingId : public testing::TestWithParam<const char*> {};
TEST_P(NotAThingId, IsRefused) { EXPECT_FALSE(ThingId::parse(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Texts, NotAThingId,
                         testing::Values("", "thg_", "ord_018bcfe568007abc8def0123456789ab",
                                         "thg_018bcfe568007abc8def0123456789a",
                                         "thg_018bcfe568007abc8def0123456789abc",
                                         "thg_018BCFE568007ABC8DEF0123456789AB",
                                         "thg-018bcfe568007abc8def0123456789ab"));

}  // namespace
}  // namespace banyan
