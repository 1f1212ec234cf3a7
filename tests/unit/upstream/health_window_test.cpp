// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/health_window.hpp"

#include <gtest/gtest.h>

namespace banyan::upstream {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{seconds{1'000}};

void fail_often(HealthWindow& window, int times, SteadyTime at) {
  for (int i = 0; i < times; ++i) window.record(true, at);
}

TEST(HealthWindow, AnInstanceIsHealthyUntilShownOtherwise) {
  const HealthWindow window;
  EXPECT_EQ(window.state(kStart), InstanceState::Healthy);
  EXPECT_TRUE(window.admits(kStart));
}

TEST(HealthWindow, FailuresInARowEjectIt) {
  HealthWindow window;
  fail_often(window, 4, kStart);
  EXPECT_EQ(window.state(kStart), InstanceState::Healthy);
  fail_often(window, 1, kStart);
  EXPECT_EQ(window.state(kStart), InstanceState::Ejected);
  EXPECT_FALSE(window.admits(kStart));
}

TEST(HealthWindow, ASuccessBetweenFailuresBreaksTheRow) {
  HealthWindow window;
  for (int i = 0; i < 4; ++i) {
    fail_often(window, 4, kStart);
    window.record(false, kStart);
  }
  EXPECT_EQ(window.state(kStart), InstanceState::Healthy);
}

TEST(HealthWindow, AShareOfFailuresEjectsItOnlyWhenThereAreEnoughRequests) {
  HealthWindow window;
  for (int i = 0; i < 9; ++i) {
    window.record(false, kStart);
    window.record(true, kStart);
  }
  EXPECT_EQ(window.state(kStart), InstanceState::Healthy) << "18 requests are too few to judge by";
  window.record(false, kStart);
  window.record(true, kStart);
  EXPECT_EQ(window.state(kStart), InstanceState::Ejected);
}

TEST(HealthWindow, FailuresOfLongAgoAreForgotten) {
  HealthWindow window;
  for (int i = 0; i < 9; ++i) {
    window.record(false, kStart);
    window.record(true, kStart);
  }
  const SteadyTime later = kStart + seconds{11};
  EXPECT_EQ(window.counts(later).requests, 0u);
  window.record(false, later);
  window.record(true, later);
  EXPECT_EQ(window.state(later), InstanceState::Healthy);
}

TEST(HealthWindow, AfterItsRestOneRequestAtATimeIsTried) {
  HealthWindow window;
  fail_often(window, 5, kStart);
  const SteadyTime rested = kStart + seconds{5};
  EXPECT_EQ(window.state(rested), InstanceState::HalfOpen);
  ASSERT_TRUE(window.admits(rested));
  window.admit(rested);
  EXPECT_FALSE(window.admits(rested)) << "one is on trial already";
  window.forgo();
  EXPECT_TRUE(window.admits(rested)) << "the trial came to nothing";
}

TEST(HealthWindow, ATrialThatTakesLongKeepsNobodyOutForLongerThanARest) {
  HealthWindow window;
  fail_often(window, 5, kStart);
  const SteadyTime rested = kStart + seconds{5};
  window.admit(rested);
  EXPECT_FALSE(window.admits(rested + milliseconds{4'999}));
  const SteadyTime later = rested + seconds{5};
  ASSERT_TRUE(window.admits(later)) << "the trial may be an upload of hours";
  window.admit(later);
  EXPECT_FALSE(window.admits(later)) << "and now the next one is";
}

TEST(HealthWindow, ASuccessWhileHalfOpenHeals) {
  HealthWindow window;
  fail_often(window, 5, kStart);
  const SteadyTime rested = kStart + seconds{5};
  window.admit(rested);
  window.record(false, rested);
  EXPECT_EQ(window.state(rested), InstanceState::Healthy);
  EXPECT_EQ(window.counts(rested).failures, 0u) << "what was before the trial must not count again";
}

TEST(HealthWindow, AFailureWhileHalfOpenMeansAnotherRest) {
  HealthWindow window;
  fail_often(window, 5, kStart);
  const SteadyTime rested = kStart + seconds{5};
  window.admit(rested);
  window.record(true, rested);
  EXPECT_EQ(window.state(rested + milliseconds{4'999}), InstanceState::Ejected);
  EXPECT_EQ(window.state(rested + milliseconds{5'000}), InstanceState::HalfOpen);
}

TEST(HealthWindow, ALateSuccessDoesNotHealAnEjectedOne) {
  HealthWindow window;
  fail_often(window, 5, kStart);
  window.record(false, kStart + seconds{1});
  EXPECT_EQ(window.state(kStart + seconds{1}), InstanceState::Ejected);
}

}  // namespace
}  // namespace banyan::upstream
