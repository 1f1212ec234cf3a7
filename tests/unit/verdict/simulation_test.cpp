// SPDX-License-Identifier: Apache-2.0
// What the judge and the hard trip can do, and how often they are wrong, on simulated traffic. What
// is measured here is in docs/adr/0034; with BANYAN_SIMULATIONS=100 each runs a hundred times as
// long.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "simulated_traffic.hpp"

namespace banyan::strangler {
namespace {

constexpr const char* kOperation = "catalog.get_album";
constexpr int kTicksASecond = 4;
constexpr int kDay = 86'400;

bool is_worse(const Judge& judge) { return judge.verdicts().front().judgement == Judgement::Worse; }

Judge new_judge(JudgeRules rules = {}) {
  Judge judge({kOperation}, rules);
  judge.begin_step(false);
  return judge;
}

void warm_up(Judge& judge, SimulatedTraffic& traffic, const SideNature& both, int seconds) {
  for (int i = 0; i < seconds * kTicksASecond; ++i) {
    judge.add(kOperation, traffic.tick(both, both));
  }
}

/// In seconds, or 1e9.
double time_to_worse(double share, const SideNature& old_side, const SideNature& new_side,
                     std::uint64_t seed, int most) {
  Judge judge = new_judge();
  SimulatedTraffic traffic({.share = share}, seed);
  warm_up(judge, traffic, old_side, 300);
  EXPECT_FALSE(is_worse(judge));
  for (int i = 1; i <= most * kTicksASecond; ++i) {
    judge.add(kOperation, traffic.tick(new_side, old_side));
    if (is_worse(judge)) return static_cast<double>(i) / kTicksASecond;
  }
  return 1e9;
}

struct Spread {
  double mean, median, most_of_20, longest;
};

Spread spread(std::vector<double> times) {
  std::ranges::sort(times);
  double sum = 0;
  for (const double each : times) sum += each;
  const std::size_t n = times.size();
  return {sum / static_cast<double>(n), times[n / 2], times[n * 95 / 100], times.back()};
}

void print(const char* what, const Spread& spread) {
  std::cout << what << ": mean " << spread.mean << ", median " << spread.median << ", 95 of 100 "
            << spread.most_of_20 << ", longest " << spread.longest << " s\n";
}

TEST(RollBack, WithinTenSecondsOfTwoPercentMoreFailuresAtAQuarterOfTheTraffic) {
  std::vector<double> times;
  for (int seed = 0; seed < simulations(20); ++seed) {
    times.push_back(time_to_worse(0.25, {.failures = 0.001}, {.failures = 0.021},
                                  static_cast<std::uint64_t>(seed), 60));
  }
  const Spread all = spread(times);
  print("2 % more failures at 25 %", all);
  EXPECT_LE(all.mean, 7);
  EXPECT_LE(all.most_of_20, 10);
}

/// The time until the request that trips it; the new side gets ten requests a second.
double time_to_trip(const statistics::BurstRule& rule, bool every_second, Dice& dice) {
  ErrorBurst burst;
  burst.set(rule);
  for (int i = 1; i < 10'000; ++i) {
    const bool failed = every_second ? i % 2 == 1 : dice.share() < 0.5;
    if (burst.record(failed)) return i / 10.0;
  }
  return 1e9;
}

statistics::BurstRule rule_after(double failures, std::uint64_t seed) {
  Judge judge = new_judge();
  SimulatedTraffic traffic({.share = 0.01}, seed);
  warm_up(judge, traffic, {.failures = failures}, 300);
  return judge.burst_rule(kOperation);
}

TEST(HardTrip, WithinASecondWhenEverySecondRequestFailsAtOnePercentOfTheTraffic) {
  const statistics::BurstRule rule = rule_after(0.0001, 1);
  Dice dice(1);
  EXPECT_LE(time_to_trip(rule, true, dice), 1.0);
  std::vector<double> times;
  for (int i = 0; i < simulations(1'000); ++i) times.push_back(time_to_trip(rule, false, dice));
  const auto soon = std::ranges::count_if(times, [](double each) { return each <= 1.0; });
  EXPECT_GE(static_cast<double>(soon), 0.9 * static_cast<double>(times.size()));
  const Spread all = spread(times);
  print("every second request fails, at random", all);
  EXPECT_LE(all.median, 0.8);
  EXPECT_LE(all.mean, 1.0);
  EXPECT_LE(all.most_of_20, 1.6);
}

TEST(HardTrip, TakesLongerWhereFailuresAreUsual) {
  Dice dice(2);
  std::vector<double> times;
  const statistics::BurstRule rule = rule_after(0.01, 2);
  for (int i = 0; i < 500; ++i) times.push_back(time_to_trip(rule, false, dice));
  const Spread all = spread(times);
  print("the same where one of a hundred fails always", all);
  EXPECT_LE(all.mean, 4);
}

TEST(HardTrip, SparesTheNewSideWhatBothSufferFrom) {
  Judge judge = new_judge();
  SimulatedTraffic traffic({.share = 0.01}, 3);
  warm_up(judge, traffic, {.failures = 0.0001}, 300);
  warm_up(judge, traffic, {.failures = 0.3}, 20);
  const statistics::BurstRule rule = judge.burst_rule(kOperation);
  Dice dice(3);
  ErrorBurst burst;
  burst.set(rule);
  for (int i = 0; i < 2'000; ++i) EXPECT_FALSE(burst.record(dice.share() < 0.3));
}

/// A day of two equal sides, in ticks of a second: neither the judge nor the hard trip acts.
void a_day_of_the_same(double share, double failures, std::uint64_t seed, int seconds) {
  Judge judge = new_judge({.tick = std::chrono::milliseconds(1'000)});
  SimulatedTraffic traffic({.share = share, .tick = std::chrono::milliseconds(1'000)}, seed);
  ErrorBurst burst;
  const SideNature both{.failures = failures};
  for (int second = 0; second < seconds; ++second) {
    const Moment moment = traffic.tick(both, both);
    std::uint64_t failed = moment.new_side.errors;
    for (std::uint64_t left = moment.new_side.requests; left > 0; --left) {
      // The failures of the second in any order.
      const bool one = traffic.dice().next() % left < failed;
      failed -= one ? 1 : 0;
      ASSERT_FALSE(burst.record(one)) << "tripped in second " << second << " of seed " << seed;
    }
    judge.add(kOperation, moment);
    if (second % 60 == 0) {
      burst.set(judge.burst_rule(kOperation));
      ASSERT_FALSE(is_worse(judge))
          << judge.verdicts().front().reason << " in second " << second << " of seed " << seed;
    }
  }
  EXPECT_FALSE(is_worse(judge));
}

TEST(NoRollBack, InADayOfTheSameAtOnePercent) {
  for (int seed = 0; seed < simulations(2); ++seed) {
    a_day_of_the_same(0.01, 0.001, static_cast<std::uint64_t>(seed), kDay);
    a_day_of_the_same(0.01, 0.0001, static_cast<std::uint64_t>(seed), kDay);
  }
}

TEST(NoRollBack, InADayOfTheSameWhereFailuresAreUsual) {
  for (int seed = 0; seed < simulations(1); ++seed) {
    a_day_of_the_same(0.01, 0.02, static_cast<std::uint64_t>(seed), kDay);
  }
}

/// In the long form a whole day.
TEST(NoRollBack, InHoursOfTheSameAtAQuarter) {
  const int seconds = std::getenv("BANYAN_SIMULATIONS") == nullptr ? kDay / 6 : kDay;
  for (int seed = 0; seed < simulations(1); ++seed) {
    a_day_of_the_same(0.25, 0.001, static_cast<std::uint64_t>(seed), seconds);
  }
}

TEST(RollBack, WhenTheNewSideIsMuchSlower) {
  std::vector<double> times;
  for (int seed = 0; seed < simulations(5); ++seed) {
    times.push_back(
        time_to_worse(0.05, {}, {.slowness = 2}, static_cast<std::uint64_t>(seed), 120));
  }
  const Spread all = spread(times);
  print("twice as slow at 5 %", all);
  EXPECT_LE(all.most_of_20, 12);
  EXPECT_LE(all.longest, 20);
}

TEST(NoRollBack, ForTheTimeOfAStepOverTheNetwork) {
  EXPECT_EQ(time_to_worse(0.25, {}, {.slowness = 1.15}, 1, 600), 1e9);
}

/// Half an hour of all traffic on the new side, after minutes of both; in seconds until it is
/// worse.
double time_to_worse_alone(const SideNature& new_side, std::uint64_t seed) {
  Judge judge = new_judge();
  SimulatedTraffic both({.per_second = 200, .share = 0.5}, seed);
  warm_up(judge, both, {}, 300);
  judge.begin_step(true);
  SimulatedTraffic alone({.per_second = 200, .share = 1}, seed + 1'000);
  for (int i = 1; i <= 1'800 * kTicksASecond; ++i) {
    judge.add(kOperation, alone.tick(new_side, {}));
    if (is_worse(judge)) return static_cast<double>(i) / kTicksASecond;
  }
  return 1e9;
}

TEST(NoRollBack, ForAMachineThatBecomesBusierWhenAllHasMoved) {
  for (int seed = 0; seed < simulations(2); ++seed) {
    for (const double slowness : {1.3, 2.0, 5.0}) {
      EXPECT_EQ(time_to_worse_alone({.slowness = slowness}, static_cast<std::uint64_t>(seed)), 1e9)
          << slowness << " times as long";
    }
  }
}

TEST(RollBack, OfASideThatFailsWhenAllHasMovedHoweverBusyTheMachineIs) {
  for (int seed = 0; seed < simulations(5); ++seed) {
    EXPECT_LE(
        time_to_worse_alone({.failures = 0.021, .slowness = 2}, static_cast<std::uint64_t>(seed)),
        40);
  }
}

// What is put aside again and again must not make the all-clear cheaper.
TEST(AllClear, IsHardlyEverGivenToASideThatIsSlowerWhenAllHasMoved) {
  int given = 0;
  constexpr int kRuns = 20;
  for (int seed = 0; seed < kRuns; ++seed) {
    Judge judge = new_judge();
    SimulatedTraffic both({.per_second = 200, .share = 0.5}, static_cast<std::uint64_t>(seed));
    warm_up(judge, both, {}, 300);
    judge.begin_step(true);
    SimulatedTraffic alone({.per_second = 200, .share = 1}, static_cast<std::uint64_t>(seed) + 99);
    bool clear = false;
    for (int i = 0; i < 2'400 && !clear; ++i) {
      judge.add(kOperation, alone.tick({.slowness = 2}, {}));
      clear = overall(judge.verdicts()) == Judgement::BetterOrEqual;
    }
    given += clear ? 1 : 0;
  }
  EXPECT_LE(given, kRuns / 10);
}

TEST(AllClear, OfTwoEqualSidesInMinutes) {
  for (int seed = 0; seed < simulations(5); ++seed) {
    Judge judge = new_judge();
    SimulatedTraffic traffic({.share = 0.05}, static_cast<std::uint64_t>(seed));
    int seconds = 0;
    while (seconds < 1'200 && overall(judge.verdicts()) != Judgement::BetterOrEqual) {
      warm_up(judge, traffic, {}, 10);
      seconds += 10;
    }
    EXPECT_LT(seconds, 900) << judge.verdicts().front().reason;
  }
}

TEST(AllClear, IsHardlyEverGivenToASideThatIsWorseByTheMargin) {
  int given = 0;
  constexpr int kRuns = 40;
  for (int seed = 0; seed < kRuns; ++seed) {
    Judge judge = new_judge({.false_alarms = 1e-12});  // it may go on
    SimulatedTraffic traffic({.share = 0.05}, static_cast<std::uint64_t>(seed));
    bool clear = false;
    for (int i = 0; i < 2'400 && !clear; ++i) {
      judge.add(kOperation, traffic.tick({.failures = 0.0061}, {.failures = 0.001}));
      clear = i % 40 == 0 && overall(judge.verdicts()) == Judgement::BetterOrEqual;
    }
    given += clear ? 1 : 0;
  }
  EXPECT_LE(given, kRuns / 10);
}

TEST(AllClear, IsNotGivenForLittleTraffic) {
  Judge judge = new_judge();
  SimulatedTraffic traffic({.per_second = 2, .share = 0.05}, 1);
  warm_up(judge, traffic, {}, 600);
  const OperationVerdict verdict = judge.verdicts().front();
  EXPECT_EQ(verdict.judgement, Judgement::CannotTell) << verdict.reason;
  EXPECT_NE(verdict.reason.find(kOperation), std::string::npos);
}

}  // namespace
}  // namespace banyan::strangler
