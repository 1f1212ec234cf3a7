// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

using std::chrono::hours;
using ::testing::Combine;
using ::testing::Values;

/// The time of day is set while orders are on their way: over tables and in memory, back and
/// forward. None of it may strand an order, nor take one from who drives it.
class TimeOfDay : public ::testing::TestWithParam<std::tuple<bool, int>> {
 protected:
  SagaWorld world{std::get<0>(GetParam())};
  void set_clock() { world.set_clock_by(hours(std::get<1>(GetParam()))); }
  /// The process that drives a fresh order dies before its first call, and the lease stays.
  void leave_an_order(const std::string& key) {
    world.troubles.at[world.troubles.calls] = Trouble::DieBefore;
    EXPECT_THROW((void)world.place(key, 1).has_value(), ProcessDied);
  }
};

TEST_P(TimeOfDay, Strands_no_order_when_it_is_set_over_a_restart) {
  for (const auto* key : {"a", "b", "c", "d"}) leave_an_order(key);
  set_clock();
  world.clock.advance(world.policy.lease);
  world.run_once();
  ASSERT_EQ(world.orders().size(), 4U);
  for (const OrderSummary& each : world.orders()) EXPECT_EQ(each.state, OrderState::Paid);
}

TEST_P(TimeOfDay, Lets_an_order_be_cancelled_that_somebody_left) {
  leave_an_order("key");
  set_clock();
  world.clock.advance(world.policy.lease);
  ASSERT_THAT(world.cancel(world.order().id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Cancelled);
}

TEST_P(TimeOfDay, Takes_no_lease_away_early) {
  leave_an_order("key");
  const int calls = world.troubles.calls;
  set_clock();
  world.run_once();
  EXPECT_EQ(world.troubles.calls, calls);
}

TEST_P(TimeOfDay, Makes_no_wait_longer_or_shorter_while_it_runs) {
  world.troubles.always_unreachable = true;
  ASSERT_THAT(world.place("key"), Succeeds());
  set_clock();
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 1);
  world.clock.advance(world.policy.first_backoff);
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 2);
}

TEST_P(TimeOfDay, Lets_a_stuck_order_be_resumed) {
  world.troubles.always_broken = true;
  ASSERT_THAT(world.place("key"), Succeeds());
  world.run_to_the_end();
  ASSERT_EQ(world.order().fulfilment, Fulfilment::Stuck);
  set_clock();
  world.troubles.always_broken = false;
  ASSERT_THAT(world.resume(world.order().id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Paid);
}

TEST_P(TimeOfDay, Lists_orders_in_the_order_of_their_placing) {
  std::vector<OrderId> placed;
  const auto place = [&](const std::string& key) {
    const auto order = world.place(key, 1, banyan::contract::kPlenty);
    ASSERT_THAT(order, Succeeds());
    placed.insert(placed.begin(), order->id);
  };
  place("before");
  set_clock();
  place("after");
  place("and another");
  world.set_clock_by(hours(-std::get<1>(GetParam())));
  place("and back");
  std::vector<OrderId> listed;
  for (const OrderSummary& each : world.orders()) listed.push_back(each.id);
  EXPECT_EQ(listed, placed);
}

TEST_P(TimeOfDay, Leaves_no_lease_over_a_start_of_the_machine) {
  leave_an_order("key");
  set_clock();
  world.clock.restart();
  world.run_once();
  EXPECT_EQ(world.order().state, OrderState::Paid);
}

std::string name_of_time(const ::testing::TestParamInfo<std::tuple<bool, int>>& point) {
  const auto& [on_tables, hours_off] = point.param;
  return std::string(on_tables ? "sql" : "memory") + (hours_off < 0 ? "_back" : "_forward");
}

INSTANTIATE_TEST_SUITE_P(Stores, TimeOfDay, Combine(::testing::Bool(), Values(-24, 24)),
                         name_of_time);

}  // namespace
}  // namespace orders::testing
