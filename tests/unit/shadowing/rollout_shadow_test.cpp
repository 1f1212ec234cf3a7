// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/rollout_shadow.hpp"

#include <gtest/gtest.h>

namespace banyan::strangler {
namespace {

TEST(Copies, AreMadeAtTheStageShadowAndAtCanaryWhereTheFileSaysHow) {
  const Traffic canary = Traffic::of(*Percent::parse("10%"), Side::Local);
  const Traffic moved = Traffic::of(Percent::all(), Side::Remote);
  EXPECT_FALSE(copies_at(Traffic{}, true)) << "legacy";
  EXPECT_TRUE(copies_at(Traffic::shadow(), false));
  EXPECT_FALSE(copies_at(canary, false));
  EXPECT_TRUE(copies_at(canary, true));
  EXPECT_TRUE(copies_at(Traffic::of(Percent::all(), Side::Local), true));
  EXPECT_FALSE(copies_at(moved, true)) << "the old data is old";
  EXPECT_FALSE(copies_at(Traffic::retired(), true));
}

TEST(ARolloutShadow, AsksForTheStageOnceForEachRevision) {
  RolloutShadow shadow("catalog", system_clock());
  int asked = 0;
  Traffic now;
  const auto traffic = [&] {
    ++asked;
    return now;
  };
  EXPECT_FALSE(shadow.is_on(0, true, traffic));
  EXPECT_FALSE(shadow.is_on(0, true, traffic));
  EXPECT_EQ(asked, 1);
  now = Traffic::shadow();
  EXPECT_TRUE(shadow.is_on(1, true, traffic));
  EXPECT_TRUE(shadow.is_on(1, true, traffic));
  EXPECT_EQ(asked, 2);
}

TEST(ARolloutShadow, BeginsItsFindingsAnewWhereSomethingElseIsDeclared) {
  RolloutShadow shadow("catalog", system_clock());
  EXPECT_EQ(shadow.findings(), nullptr);
  ComparisonPlan plan;
  const auto first = shadow.findings(plan, false);
  EXPECT_EQ(shadow.findings(plan, false), first);
  plan.headers.emplace_back("etag");
  EXPECT_NE(shadow.findings(plan, false), first);
}

}  // namespace
}  // namespace banyan::strangler
