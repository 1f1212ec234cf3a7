// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/routing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banyan {
namespace {

TEST(StickyBucket, IsTheSameEverywhereAndForEver) {
  // A change of these numbers moves every user of every rollout: it needs an ADR.
  EXPECT_EQ(sticky_bucket("catalog", "customer-1"), 1071U);
  EXPECT_EQ(sticky_bucket("catalog", ""), 8841U);
  EXPECT_EQ(sticky_bucket("orders", "customer-1"), 2777U);
}

TEST(StickyBucket, SpreadsUnitsEvenly) {
  int below = 0;
  for (int i = 0; i < 10'000; ++i) {
    if (sticky_bucket("catalog", "user-" + std::to_string(i)) < 2'500) ++below;
  }
  EXPECT_NEAR(below, 2'500, 200);
}

TEST(StickyBucket, DoesNotChooseTheSameUnitsInEveryRollout) {
  int both = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string unit = "user-" + std::to_string(i);
    if (sticky_bucket("catalog", unit) < 1'000 && sticky_bucket("orders", unit) < 1'000) ++both;
  }
  EXPECT_NEAR(both, 100, 50);
}

}  // namespace
}  // namespace banyan
