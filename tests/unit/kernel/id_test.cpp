// SPDX-License-Identifier: Apache-2.0
#include "kernel/id.hpp"

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
