// SPDX-License-Identifier: Apache-2.0
#include "loop_lag.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

#include "banyan/http/loop.hpp"
#include "support/becomes_true.hpp"

namespace banyan::http {
namespace {

using namespace std::chrono_literals;

class TheLagOfALoop : public testing::Test {
 protected:
  TheLagOfALoop() { lag_.wakes(now_); }

  /// Is at work for so long, then waits for nothing for so long.
  void turn(std::chrono::microseconds work, std::chrono::microseconds idle = 0us) {
    now_ += work;
    lag_.waits(now_, -1ms);
    now_ += idle;
    lag_.wakes(now_);
  }

  LoopLag lag_{5ms};
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(TheLagOfALoop, IsNothingInShortTurnsHoweverManyThereAre) {
  for (int i = 0; i < 1'000; ++i) {
    turn(2ms);
    ASSERT_FALSE(lag_.late()) << "it is busy, but who comes waits for two milliseconds";
  }
}

TEST_F(TheLagOfALoop, IsThereWhenTurnsAreLongOneAfterTheOther) {
  int turns = 0;
  for (; !lag_.late() && turns < 100; ++turns) turn(8ms);
  EXPECT_GE(turns, 5) << "not for a few";
  EXPECT_LE(turns, 20) << "but soon";
}

TEST_F(TheLagOfALoop, IsNothingForOneHiccupAndSomethingForOneLongTurn) {
  turn(12ms);
  EXPECT_FALSE(lag_.late());
  turn(50ms);
  EXPECT_TRUE(lag_.late());
}

TEST_F(TheLagOfALoop, IsGoneWhenHalfOfItIsLeftAndNotBefore) {
  for (int i = 0; i < 100; ++i) turn(6ms);
  ASSERT_TRUE(lag_.late());
  for (int i = 0; i < 100; ++i) turn(4ms);
  EXPECT_TRUE(lag_.late()) << "less than what it begins with";
  for (int i = 0; i < 200; ++i) turn(2ms);
  EXPECT_FALSE(lag_.late());
  for (int i = 0; i < 100; ++i) turn(4ms);
  EXPECT_FALSE(lag_.late());
}

TEST_F(TheLagOfALoop, IsForgottenInATenthOfASecondWithoutWork) {
  turn(300ms);
  ASSERT_TRUE(lag_.late());
  turn(10us, 100ms);
  EXPECT_FALSE(lag_.late());
}

TEST_F(TheLagOfALoop, CountsWhatTheSystemLetItWaitForTheProcessor) {
  for (int i = 0; i < 20; ++i) {
    now_ += 10us;
    lag_.waits(now_, 10ms);
    now_ += 10ms + 20ms;
    lag_.wakes(now_);
  }
  EXPECT_TRUE(lag_.late());
  for (int i = 0; i < 100; ++i) {
    now_ += 10us;
    lag_.waits(now_, 10ms);
    now_ += 10ms;
    lag_.wakes(now_);
  }
  EXPECT_FALSE(lag_.late());
}

TEST_F(TheLagOfALoop, OfWhichNoneIsAllowedIsAlwaysThere) {
  LoopLag none(0ms);
  none.wakes(now_);
  for (int i = 0; i < 3; ++i) {
    none.waits(now_, -1ms);
    now_ += 1s;
    none.wakes(now_);
    EXPECT_TRUE(none.late());
  }
}

TEST(ALoop, IsLateWhenATaskHasOccupiedItAndIsNotOnceItHasTimeAgain) {
  Loops loops(1);
  Loop& loop = loops.at(0);
  std::promise<bool> after_that;
  loop.post([&] {
    // As long as it likes, on a machine as slow as it likes, but not shorter.
    const auto since = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - since < 2 * LoopLag::kWindow) {
      std::this_thread::sleep_for(1ms);
    }
    // The turn ends first: what it has taken is known then.
    loop.after(0ms, [&] { after_that.set_value(loop.late()); });
  });
  EXPECT_TRUE(after_that.get_future().get());
  EXPECT_TRUE(test::becomes_true([&] {
    // Something to do, so that turns are counted.
    std::promise<void> turned;
    loop.post([&] { turned.set_value(); });
    turned.get_future().get();
    return !loop.late();
  }));
}

}  // namespace
}  // namespace banyan::http
