// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/lease.hpp"

#include <gtest/gtest.h>

namespace banyan {
namespace {

using namespace std::chrono_literals;

TEST(LeaseTime, Is_over_when_it_has_come_and_not_before) {
  ManualClock clock;
  const LeaseTime until = lease_now(clock).after(5s);
  EXPECT_FALSE(until.is_over(lease_now(clock), 5s));
  clock.advance(5s - 1us);
  EXPECT_FALSE(until.is_over(lease_now(clock), 5s));
  clock.advance(1us);
  EXPECT_TRUE(until.is_over(lease_now(clock), 5s));
}

TEST(LeaseTime, Knows_nothing_of_the_time_of_day) {
  ManualClock clock;
  const LeaseTime until = lease_now(clock).after(5s);
  for (const std::int64_t day : {-86'400'000'000, 86'400'000'000}) {
    clock.set({clock.now().micros + day});
    EXPECT_FALSE(until.is_over(lease_now(clock), 5s));
  }
}

TEST(LeaseTime, Of_another_run_of_the_machine_is_over) {
  ManualClock clock;
  const LeaseTime until = lease_now(clock).after(5s);
  clock.restart();
  EXPECT_TRUE(until.is_over(lease_now(clock), 5s));
}

TEST(LeaseTime, Further_away_than_anybody_waits_is_over) {
  const ManualClock clock;
  EXPECT_TRUE(lease_now(clock).after(5s + 1us).is_over(lease_now(clock), 5s));
}

TEST(LeaseTime, Tells_for_how_long_it_has_been_over_by_its_own_clock) {
  ManualClock clock;
  const LeaseTime until = lease_now(clock).after(5s);
  EXPECT_EQ(until.over_for(lease_now(clock)), std::nullopt);
  clock.advance(7s);
  EXPECT_EQ(until.over_for(lease_now(clock)), 2s);
  EXPECT_EQ(LeaseTime{}.over_for(lease_now(clock)), std::nullopt);
  clock.restart();
  EXPECT_EQ(until.over_for(lease_now(clock)), std::nullopt);
}

TEST(LeaseTime, Of_no_clock_is_over) {
  EXPECT_TRUE(LeaseTime{}.is_over(lease_now(system_clock()), 5s));
}

}  // namespace
}  // namespace banyan
