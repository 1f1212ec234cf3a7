// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/connect_pause.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace banyan::upstream {
namespace {

using std::chrono::milliseconds;

class APauseOfConnecting : public testing::Test {
 protected:
  /// Lets the time pass until one is let through, by the millisecond; how long that took.
  milliseconds until_admitted() {
    milliseconds passed{0};
    for (; passed < milliseconds(60'000); passed += milliseconds(1), now_ += milliseconds(1)) {
      attempt_ = pause_.admit(now_);
      if (attempt_) break;
    }
    return passed;
  }
  void fail() { pause_.failed(*attempt_, now_); }

  ConnectPause pause_;
  SteadyTime now_{std::chrono::hours(1)};
  std::optional<ConnectPause::Attempt> attempt_;
};

TEST_F(APauseOfConnecting, IsNoneAsLongAsSomebodyIsTaken) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(pause_.is_over(now_));
    EXPECT_TRUE(pause_.admit(now_));
    pause_.succeeded();
  }
}

TEST_F(APauseOfConnecting, BeginsWithTheFirstThatReachesNobodyAndDoublesUpToItsLongest) {
  EXPECT_EQ(until_admitted(), milliseconds(0));
  milliseconds expected = ConnectPause::kFirst;
  for (int i = 0; i < 40; ++i) {
    fail();
    EXPECT_FALSE(pause_.is_over(now_));
    EXPECT_EQ(pause_.left(now_), expected);
    EXPECT_EQ(until_admitted(), expected) << "pause " << i + 1;
    expected = std::min(2 * expected, ConnectPause::kLongest);
  }
}

TEST_F(APauseOfConnecting, LetsOneThroughAndTheOthersWaitForWhatComesOfIt) {
  until_admitted();
  fail();
  until_admitted();
  EXPECT_FALSE(pause_.admit(now_));
  EXPECT_FALSE(pause_.is_over(now_));
  now_ += ConnectPause::kFirst - milliseconds(1);
  EXPECT_FALSE(pause_.admit(now_));
  now_ += milliseconds(1);
  EXPECT_TRUE(pause_.admit(now_)) << "one that is never heard of again stands in nobody's way";
}

TEST_F(APauseOfConnecting, IsOneForAllThatWereUnderWayWhenItBegan) {
  const auto one = pause_.admit(now_);
  const auto other = pause_.admit(now_);
  ASSERT_TRUE(one && other);
  pause_.failed(*one, now_);
  now_ += milliseconds(60);
  pause_.failed(*other, now_);
  EXPECT_EQ(until_admitted(), milliseconds(40));
  fail();
  pause_.failed(*other, now_);
  EXPECT_EQ(until_admitted(), 2 * ConnectPause::kFirst);
}

TEST_F(APauseOfConnecting, EndsAtOnceWhenAnybodyIsTaken) {
  until_admitted();
  for (int i = 0; i < 5; ++i) {
    fail();
    until_admitted();
  }
  const auto late = attempt_;
  fail();
  pause_.succeeded();
  EXPECT_TRUE(pause_.is_over(now_));
  EXPECT_EQ(pause_.left(now_), milliseconds(0));
  pause_.failed(*late, now_);
  EXPECT_TRUE(pause_.is_over(now_)) << "news of before";
  EXPECT_EQ(until_admitted(), milliseconds(0));
  fail();
  EXPECT_EQ(until_admitted(), ConnectPause::kFirst) << "and the next one is a first one";
}

}  // namespace
}  // namespace banyan::upstream
