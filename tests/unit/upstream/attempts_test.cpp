// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/attempts.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace banyan::upstream {
namespace {

using namespace std::chrono_literals;
using Begun = Attempts::Begun;
using State = CircuitBreaker::State;
constexpr bool kUnsent = true;
constexpr bool kSafe = true;

class TheAttempts : public testing::Test {
 protected:
  Group group_of(std::size_t instances, GroupRules rules = {}) {
    GroupOptions options{.name = "shop", .instances = {}, .rules = rules};
    for (std::size_t i = 0; i < instances; ++i) {
      options.instances.push_back({"127.0.0.1", static_cast<std::uint16_t>(i + 1)});
    }
    return {std::move(options), clock_};
  }

  ManualClock clock_;
};

TEST_F(TheAttempts, TryEveryInstanceWhileNothingWasSent) {
  Group group = group_of(3);
  Attempts attempts(group);
  std::set<std::size_t> tried;
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    tried.insert(attempts.instance());
    attempts.failed();
    EXPECT_EQ(attempts.may_go_on(kUnsent, !kSafe), i < 2) << "a write too, but none twice";
  }
  EXPECT_EQ(tried.size(), 3u);
  EXPECT_EQ(attempts.made(), 3u);
  EXPECT_EQ(group.report().rerouted, 2u);
  EXPECT_EQ(group.report().retries.made, 0u) << "no budget is needed for it";
}

TEST_F(TheAttempts, TryEvenTheEjectedOnesBeforeTheyGiveUp) {
  Group group = group_of(2);
  for (int i = 0; i < 5; ++i) group.failed(1);
  Attempts attempts(group);
  ASSERT_EQ(attempts.begin(), Begun::Yes);
  EXPECT_EQ(attempts.instance(), 0u);
  attempts.failed();
  ASSERT_TRUE(attempts.may_go_on(kUnsent, !kSafe));
  ASSERT_EQ(attempts.begin(), Begun::Yes);
  EXPECT_EQ(attempts.instance(), 1u);
}

TEST_F(TheAttempts, RepeatOnceWhatMayHaveArrivedIfThatIsSafe) {
  Group group = group_of(3);
  Attempts safe(group);
  ASSERT_EQ(safe.begin(), Begun::Yes);
  const std::size_t first = safe.instance();
  safe.failed();
  ASSERT_TRUE(safe.may_go_on(!kUnsent, kSafe));
  ASSERT_EQ(safe.begin(), Begun::Yes);
  EXPECT_NE(safe.instance(), first);
  safe.failed();
  EXPECT_FALSE(safe.may_go_on(!kUnsent, kSafe));

  Attempts write(group);
  ASSERT_EQ(write.begin(), Begun::Yes);
  write.failed();
  EXPECT_FALSE(write.may_go_on(!kUnsent, !kSafe));
}

TEST_F(TheAttempts, RepeatAtTheOnlyInstanceTooAndWithinTheBudget) {
  Group group = group_of(1, {.retries = {.share = 0.1, .per_second = 0}});
  int repeated = 0;
  for (int i = 0; i < 100; ++i) {
    Attempts attempts(group);
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    attempts.failed();
    if (!attempts.may_go_on(!kUnsent, kSafe)) continue;
    ++repeated;
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    attempts.failed();
  }
  EXPECT_GE(repeated, 9);
  EXPECT_LE(repeated, 12) << "a tenth of the requests, the repeated ones among them";
  EXPECT_EQ(group.report().retries.made, static_cast<std::uint64_t>(repeated));
  EXPECT_EQ(group.report().retries.denied, static_cast<std::uint64_t>(100 - repeated));
}

TEST_F(TheAttempts, GiveTheirPlaceBackWhateverHappens) {
  Group group = group_of(1, {.max_requests = 1});
  {
    Attempts attempts(group);
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    Attempts other(group);
    EXPECT_EQ(other.begin(), Begun::Full);
  }
  EXPECT_EQ(group.report().in_flight, 0u);
  EXPECT_EQ(group.report().refused_full, 1u);
  Attempts attempts(group);
  EXPECT_EQ(attempts.begin(), Begun::Yes);
  attempts.leave();
  attempts.end();
  EXPECT_EQ(group.report().in_flight, 0u);
}

class TheBreakerOfAGroup : public TheAttempts {
 protected:
  static constexpr BreakerRules kRules{.min_calls = 2, .open_for = 5s, .probes = 1};

  void fail_once(Group& group) {
    Attempts attempts(group);
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    attempts.failed();
  }
};

TEST_F(TheBreakerOfAGroup, OpensAndLetsOneProbeAtATimeThrough) {
  Group group = group_of(2, {.breaker = kRules});
  fail_once(group);
  fail_once(group);
  Attempts refused(group);
  EXPECT_EQ(refused.begin(), Begun::Open);
  EXPECT_EQ(group.report().breaker->state, State::Open);
  EXPECT_EQ(group.report().in_flight, 0u);

  clock_.advance(5s);
  Attempts probe(group);
  EXPECT_EQ(probe.begin(), Begun::Yes);
  EXPECT_EQ(group.report().breaker->state, State::HalfOpen);
  Attempts second(group);
  EXPECT_EQ(second.begin(), Begun::Open) << "one at a time";
  probe.answered(200);
  EXPECT_EQ(group.report().breaker->state, State::Closed) << "without waiting for the answer's end";
}

TEST_F(TheBreakerOfAGroup, JudgesTheRequestNotTheAttempts) {
  Group group = group_of(
      3, {.health = {.consecutive_failures = 1'000, .least_requests = 1'000}, .breaker = kRules});
  for (int i = 0; i < 30; ++i) {
    Attempts attempts(group);
    for (int turn = 0; turn < 2; ++turn) {
      ASSERT_EQ(attempts.begin(), Begun::Yes);
      attempts.failed();
      ASSERT_TRUE(attempts.may_go_on(kUnsent, !kSafe));
    }
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    attempts.answered(200);
  }
  EXPECT_EQ(group.report().breaker->state, State::Closed);
  EXPECT_EQ(group.report().breaker->failures, 0u);
}

TEST_F(TheBreakerOfAGroup, TakesAnswersOfWhoCannotAnswerNowForFailures) {
  Group group = group_of(1, {.breaker = kRules});
  for (const unsigned status : {503u, 504u}) {
    Attempts attempts(group);
    ASSERT_EQ(attempts.begin(), Begun::Yes);
    attempts.answered(status);
  }
  EXPECT_EQ(group.report().breaker->state, State::Open);
  EXPECT_EQ(group.status()[0].failures, 0u) << "the instance answers";
}

TEST_F(TheBreakerOfAGroup, GivesAProbesPlaceBackWhenTheClientWentAway) {
  Group group = group_of(1, {.breaker = kRules});
  fail_once(group);
  fail_once(group);
  clock_.advance(5s);
  {
    Attempts left(group);
    ASSERT_EQ(left.begin(), Begun::Yes);
    left.forgo();
  }
  Attempts next(group);
  EXPECT_EQ(next.begin(), Begun::Yes);
}

}  // namespace
}  // namespace banyan::upstream
