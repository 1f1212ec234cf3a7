// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace {

using banyan::ManualClock;
using banyan::upstream::BreakerRules;
using banyan::upstream::CircuitBreaker;
using State = CircuitBreaker::State;
using namespace std::chrono_literals;

class Breaker : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) breaker.failed(breaker.enter());
  }
  void succeed(int times) {
    for (int i = 0; i < times; ++i) breaker.succeeded(breaker.enter());
  }
  State state() const { return breaker.report().state; }

  ManualClock clock;
  CircuitBreaker breaker{
      BreakerRules{
          .window = 10s, .min_calls = 4, .failure_ratio = 0.5, .open_for = 5s, .probes = 2},
      clock};
};

TEST_F(Breaker, StaysClosedBelowTheMinimumOfCalls) {
  fail(3);
  EXPECT_EQ(state(), State::Closed);
}

TEST_F(Breaker, OpensWhenHalfOfTheCallsFail) {
  succeed(2);
  fail(1);
  EXPECT_EQ(state(), State::Closed);
  fail(1);
  EXPECT_EQ(state(), State::Open);
  EXPECT_FALSE(breaker.enter().granted);
  EXPECT_EQ(breaker.report().opened, 1U);
  EXPECT_EQ(breaker.report().refused, 1U);
}

TEST_F(Breaker, StaysClosedWhileFewCallsFail) {
  for (int i = 0; i < 20; ++i) {
    succeed(2);
    fail(1);
  }
  EXPECT_EQ(state(), State::Closed);
}

TEST_F(Breaker, ForgetsWhatIsOlderThanItsWindow) {
  fail(3);
  clock.advance(10s);
  fail(3);

  EXPECT_EQ(state(), State::Closed);
  EXPECT_EQ(breaker.report().calls, 3U);
}

TEST_F(Breaker, LetsOneProbeThroughAfterAWhile) {
  fail(4);
  clock.advance(4999ms);
  EXPECT_FALSE(breaker.enter().granted);

  clock.advance(1ms);

  EXPECT_TRUE(breaker.enter().granted);
  EXPECT_EQ(state(), State::HalfOpen);
  EXPECT_FALSE(breaker.enter().granted) << "one at a time";
}

TEST_F(Breaker, ClosesAfterEnoughProbesSucceeded) {
  fail(4);
  clock.advance(5s);
  succeed(1);
  EXPECT_EQ(state(), State::HalfOpen);
  succeed(1);

  EXPECT_EQ(state(), State::Closed);
  fail(3);
  EXPECT_EQ(state(), State::Closed) << "it starts with a clean slate";
}

TEST_F(Breaker, OpensAgainWhenAProbeFails) {
  fail(4);
  clock.advance(5s);
  succeed(1);
  fail(1);

  EXPECT_EQ(state(), State::Open);
  clock.advance(4999ms);
  EXPECT_FALSE(breaker.enter().granted);
  EXPECT_EQ(breaker.report().opened, 2U);
}

TEST_F(Breaker, GivesTheProbesPlaceBackWhenTheCallWasNotMade) {
  fail(4);
  clock.advance(5s);
  breaker.abandoned(breaker.enter());

  EXPECT_TRUE(breaker.enter().granted);
}

TEST_F(Breaker, IsNotKeptShutByAProbeThatTakesLong) {
  fail(4);
  clock.advance(5s);
  const CircuitBreaker::Permit upload = breaker.enter();
  ASSERT_TRUE(upload.granted);
  clock.advance(4999ms);
  EXPECT_FALSE(breaker.enter().granted);
  clock.advance(1ms);

  const CircuitBreaker::Permit next = breaker.enter();

  ASSERT_TRUE(next.granted);
  EXPECT_FALSE(breaker.enter().granted) << "one at a time";
  breaker.abandoned(upload);
  EXPECT_FALSE(breaker.enter().granted) << "the place is the next one's now";
  breaker.succeeded(next);
  succeed(1);
  EXPECT_EQ(state(), State::Closed);
}

TEST_F(Breaker, ClosesAlsoWhenEveryProbeTakesLongerThanTheNextOneWaits) {
  fail(4);
  clock.advance(5s);
  const CircuitBreaker::Permit first = breaker.enter();
  clock.advance(5s);
  const CircuitBreaker::Permit second = breaker.enter();
  clock.advance(1s);
  breaker.succeeded(first);
  EXPECT_EQ(state(), State::HalfOpen);
  EXPECT_FALSE(breaker.enter().granted) << "the second is under way";
  clock.advance(5s);
  ASSERT_TRUE(breaker.enter().granted);
  breaker.succeeded(second);
  EXPECT_EQ(state(), State::Closed);
}

TEST_F(Breaker, OpensAgainWhenAProbeThatTookLongHasFailed) {
  fail(4);
  clock.advance(5s);
  const CircuitBreaker::Permit slow = breaker.enter();
  clock.advance(5s);
  ASSERT_TRUE(breaker.enter().granted);
  breaker.failed(slow);
  EXPECT_EQ(state(), State::Open);
}

TEST_F(Breaker, IgnoresWhatComesBackFromAnEarlierEra) {
  const CircuitBreaker::Permit slow = breaker.enter();
  fail(4);
  clock.advance(5s);
  const CircuitBreaker::Permit probe = breaker.enter();
  breaker.failed(slow);
  EXPECT_EQ(state(), State::HalfOpen);
  breaker.succeeded(slow);
  breaker.succeeded(probe);

  EXPECT_EQ(state(), State::HalfOpen) << "one success of two";
}

}  // namespace
