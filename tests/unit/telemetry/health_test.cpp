// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>

namespace banyan::telemetry {
namespace {

TEST(Health, IsReadyWhenEveryRequiredCheckPasses) {
  Health health(system_clock());
  health.add("database", true, [] { return Health::Finding{}; });
  EXPECT_TRUE(health.ready().ready);
}

TEST(Health, IsNotReadyWhenARequiredCheckFails) {
  Health health(system_clock());
  health.add("database", true, [] { return Health::Finding{false, "disk full"}; });
  health.add("catalog", false, [] { return Health::Finding{}; });
  const Health::Report report = health.ready();
  EXPECT_FALSE(report.ready);
  EXPECT_THAT(report.json, testing::HasSubstr("disk full"));
}

TEST(Health, IsNotReadyWhenARequiredCheckThrows) {
  Health health(system_clock());
  health.add("database", true,
             []() -> Health::Finding { throw std::runtime_error("disk I/O error"); });
  const Health::Report report = health.ready();
  EXPECT_FALSE(report.ready);
  EXPECT_THAT(report.json, testing::HasSubstr("disk I/O error"));
}

TEST(Health, IsDegradedButReadyWithoutADependencyThatItSurvives) {
  Health health(system_clock());
  health.add("warehouse", false, [] { return Health::Finding{false, "circuit open"}; });
  const Health::Report report = health.ready();
  EXPECT_TRUE(report.ready);
  EXPECT_TRUE(report.degraded);
  EXPECT_THAT(report.json, testing::HasSubstr("\"warn\""));
}

TEST(Health, LooksOnceASecondHoweverManyAsk) {
  ManualClock clock;
  Health health(clock);
  int looked = 0;
  health.add("database", true, [&] { return Health::Finding{++looked != 2, "gone"}; });
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(health.ready().ready);
  EXPECT_EQ(looked, 1);
  clock.advance(Health::kGoodFor);
  EXPECT_FALSE(health.ready().ready);
  health.add("catalog", false, [&] { return Health::Finding{}; });
  EXPECT_TRUE(health.ready().ready) << "one more to look at is looked at now";
  EXPECT_EQ(looked, 3);
  health.drain();
  EXPECT_FALSE(health.ready().ready) << "a drain is told at once";
}

TEST(Health, HasAnswersWhileACheckTakesItsTime) {
  ManualClock clock;
  Health health(clock);
  std::atomic<bool> hangs = false;
  std::latch entered(1);
  std::latch release(1);
  health.add("database", true, [&] {
    if (hangs.exchange(false)) {
      entered.count_down();
      release.wait();
    }
    return Health::Finding{};
  });
  EXPECT_TRUE(health.ready().ready);
  clock.advance(Health::kGoodFor);
  hangs = true;
  const auto slow = std::async(std::launch::async, [&] { return health.ready(); });
  entered.wait();
  EXPECT_TRUE(health.ready().ready);
  health.drain();
  EXPECT_FALSE(health.ready().ready);
  release.count_down();
}

TEST(Health, IsNotReadyWhileItDrains) {
  Health health(system_clock());
  health.drain();
  EXPECT_FALSE(health.ready().ready);
}

}  // namespace
}  // namespace banyan::telemetry
