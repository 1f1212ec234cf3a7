// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/nearest.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

const std::vector<std::string> kKnown = {"catalog", "orders", "warehouse", "track_id", "GET"};

TEST(Nearest, FindsAWordThatIsALetterOrASwapAway) {
  EXPECT_EQ(nearest("catalgo", kKnown), "catalog");
  EXPECT_EQ(nearest("order", kKnown), "orders");
  EXPECT_EQ(nearest("warehuose", kKnown), "warehouse");
}

TEST(Nearest, SeesNoDifferenceInCaseAndSeparators) {
  EXPECT_EQ(nearest("trackId", kKnown), "track_id");
  EXPECT_EQ(nearest("TRACK-ID", kKnown), "track_id");
  EXPECT_EQ(nearest("get", kKnown), "GET");
}

TEST(Nearest, GuessesNothingThatIsFarAway) {
  EXPECT_EQ(nearest("payments", kKnown), std::nullopt);
  EXPECT_EQ(nearest("", kKnown), std::nullopt);
  EXPECT_EQ(nearest(std::string(100, 'x'), kKnown), std::nullopt);
}

TEST(Nearest, TakesTheNearerOfTwoAndTheFirstOfEquals) {
  const std::vector<std::string_view> two = {"steps", "stops", "step"};
  EXPECT_EQ(nearest("stepz", two), "steps");
  EXPECT_EQ(nearest("stip", two), "step");
}

}  // namespace
}  // namespace banyan
