// SPDX-License-Identifier: Apache-2.0
#include "telemetry/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace banyan::telemetry {
namespace {

TEST(Health, IsReadyWhenEveryRequiredCheckPasses) {
  Health health;
  health.add("database", true, [] { return Health::Finding{}; });
  EXPECT_TRUE(health.ready().ready);
}

TEST(Health, IsNotReadyWhenARequiredCheckFails) {
  Health health;
  health.add("database", true, [] { return Health::Finding{false, "disk full"}; });
  health.add("catalog", false, [] { return Health::Finding{}; });
  const Health::Report report = health.ready();
  EXPECT_FALSE(report.ready);
  EXPECT_THAT(report.json, testing::HasSubstr("disk full"));
}

TEST(Health, IsNotReadyWhenARequiredCheckThrows) {
  Health health;
  health.add("database", true,
             []() -> Health::Finding { throw std::runtime_error("disk I/O error"); });
  const Health::Report report = health.ready();
  EXPECT_FALSE(report.ready);
  EXPECT_THAT(report.json, testing::HasSubstr("disk I/O error"));
}

TEST(Health, IsDegradedButReadyWithoutADependencyThatItSurvives) {
  Health health;
  health.add("warehouse", false, [] { return Health::Finding{false, "circuit open"}; });
  const Health::Report report = health.ready();
  EXPECT_TRUE(report.ready);
  EXPECT_TRUE(report.degraded);
  EXPECT_THAT(report.json, testing::HasSubstr("\"warn\""));
}

TEST(Health, IsNotReadyWhileItDrains) {
  Health health;
  health.drain();
  EXPECT_FALSE(health.ready().ready);
}

}  // namespace
}  // namespace banyan::telemetry
