// SPDX-License-Identifier: Apache-2.0
#include "timer_wheel.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace banyan::http {
namespace {

using namespace std::chrono_literals;

class ATimerWheel : public testing::Test {
 protected:
  void let_pass(std::chrono::milliseconds time) {
    now_ += time;
    wheel_.catch_up(now_);
    wheel_.advance([](std::function<void()>& expired) { expired(); });
  }

  TimerWheel wheel_;
  SteadyTime now_ = wheel_.now();
};

TEST_F(ATimerWheel, FiresWhatIsDueOnceAndNotBefore) {
  int fired = 0;
  Timer timer(wheel_, [&] { ++fired; });
  timer.set(100ms);
  let_pass(90ms);
  EXPECT_EQ(fired, 0);
  let_pass(30ms);
  EXPECT_EQ(fired, 1);
  EXPECT_TRUE(wheel_.empty());
  let_pass(1000ms);
  EXPECT_EQ(fired, 1);
}

TEST_F(ATimerWheel, FiresWhatIsFurtherAwayThanItReaches) {
  int fired = 0;
  Timer timer(wheel_, [&] { ++fired; });
  timer.set(60s);
  for (int second = 0; second < 59; ++second) let_pass(1s);
  EXPECT_EQ(fired, 0);
  for (int second = 0; second < 3; ++second) let_pass(1s);
  EXPECT_EQ(fired, 1);
}

TEST_F(ATimerWheel, ForgetsWhatWasClearedOrMovedAway) {
  std::vector<int> fired;
  Timer cleared(wheel_, [&] { fired.push_back(1); });
  Timer moved(wheel_, [&] { fired.push_back(2); });
  cleared.set(50ms);
  moved.set(50ms);
  cleared.clear();
  moved.set(500ms);
  let_pass(400ms);
  EXPECT_TRUE(fired.empty());
  let_pass(200ms);
  EXPECT_EQ(fired, std::vector<int>{2});
}

// A loop that came late to its only timer, whose callback set one beyond the wheel's reach, used to
// find that one in the slot at hand, again and again.
TEST_F(ATimerWheel, ComesToAnEndWhenACallbackSetsATimerFarAwayHoweverLateItIs) {
  for (auto late = 0ms; late <= 200ms; late += 10ms) {
    bool far_fired = false;
    Timer far(wheel_, [&] { far_fired = true; });
    Timer near(wheel_, [&] { far.set(30s); });
    near.set(100ms);
    let_pass(120ms + late);
    EXPECT_TRUE(far.is_set());
    EXPECT_FALSE(far_fired);
    for (int second = 0; second < 31; ++second) let_pass(1s);
    EXPECT_TRUE(far_fired);
  }
}

}  // namespace
}  // namespace banyan::http
