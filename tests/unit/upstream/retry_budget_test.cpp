// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/retry_budget.hpp"

#include <gtest/gtest.h>

namespace banyan::upstream {
namespace {

using namespace std::chrono_literals;

int taken(RetryBudget& budget, std::uint64_t requests, int times) {
  int count = 0;
  for (int i = 0; i < times; ++i) count += budget.take(requests) ? 1 : 0;
  return count;
}

TEST(RetryBudget, IsAShareOfTheRequests) {
  ManualClock clock;
  RetryBudget budget({.share = 0.2, .per_second = 0}, clock);
  EXPECT_EQ(taken(budget, 100, 100), 20);
  EXPECT_EQ(budget.report().made, 20u);
  EXPECT_EQ(budget.report().denied, 80u);
  EXPECT_EQ(taken(budget, 150, 100), 10) << "fifty more requests, ten more retries";
}

TEST(RetryBudget, HasSomeForWhoIsSeldomAsked) {
  ManualClock clock;
  RetryBudget budget({.share = 0.2, .per_second = 2}, clock);
  EXPECT_EQ(taken(budget, 1, 100), 20) << "two for each of ten seconds";
}

TEST(RetryBudget, ForgetsRetriesAfterTenSeconds) {
  ManualClock clock;
  RetryBudget budget({.share = 0.1, .per_second = 0}, clock);
  EXPECT_EQ(taken(budget, 100, 100), 10);
  clock.advance(9s);
  EXPECT_EQ(taken(budget, 100, 100), 0);
  clock.advance(1s);
  EXPECT_EQ(taken(budget, 100, 100), 10);
}

TEST(RetryBudget, CanBeNone) {
  ManualClock clock;
  RetryBudget budget({.share = 0, .per_second = 0}, clock);
  EXPECT_FALSE(budget.take(1'000'000));
}

}  // namespace
}  // namespace banyan::upstream
