// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {

void PrintTo(Trouble trouble, std::ostream* out);

namespace {

using banyan::contract::kFive;
using ::testing::Combine;
using ::testing::Values;

std::string name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::DieBefore: return "die_before";
    case Trouble::DieAfter: return "die_after";
    case Trouble::Unreachable: return "unreachable";
    case Trouble::AnswerLost: return "answer_lost";
  }
  return "";
}

using Point = std::tuple<bool, int, Trouble>;

std::string name_of_point(const ::testing::TestParamInfo<Point>& info) {
  const auto& [on_tables, call, trouble] = info.param;
  return std::string(on_tables ? "sql" : "memory") + "_call_" + std::to_string(call) + '_' +
         name_of(trouble);
}

/// The process that drives an order dies, or loses touch with the warehouse, at one call of it.
class SagaAtAnyPoint : public ::testing::TestWithParam<Point> {
 protected:
  SagaWorld world{std::get<0>(GetParam())};
  void trouble_at_call(int offset) {
    world.troubles.at[offset + std::get<1>(GetParam())] = std::get<2>(GetParam());
  }
  /// Runs what may die.
  template <class F>
  static void in_a_process(F&& body) {
    try {
      body();
    } catch (const ProcessDied&) {
    }
  }
};

TEST_P(SagaAtAnyPoint, SellsAnOrderExactlyOnce) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });

  world.run_to_the_end();

  ASSERT_EQ(world.count_orders(), 1U);
  EXPECT_EQ(world.order().state, OrderState::Confirmed);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 3, 0, 3}));
}

TEST_P(SagaAtAnyPoint, AnswersARepetitionWithTheSameOrder) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });
  world.clock.advance(world.policy.lease + world.policy.longest_backoff);

  const auto again = world.place("key");

  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->state, OrderState::Confirmed);
  EXPECT_EQ(world.count_orders(), 1U);
  EXPECT_EQ(world.stock().on_hand, 3);
}

TEST_P(SagaAtAnyPoint, HasOneHistory) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });
  world.run_to_the_end();

  const auto history = world.history(world.order().id);
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].what, "placed");
  EXPECT_EQ(history[1].what, "reserved");
  EXPECT_EQ(history[2].what, "confirmed");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, SagaAtAnyPoint,
                         Combine(Values(false, true), Values(0, 1),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost)),
                         name_of_point);

/// A refusal needs one call only.
class RefusingAtAnyPoint : public SagaAtAnyPoint {};

TEST_P(RefusingAtAnyPoint, RefusesWhatIsOutOfStockForGood) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key", 6).has_value(); });
  world.run_to_the_end();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::OutOfStock);
  EXPECT_THAT(world.place("key", 6), BreaksRule("orders.out_of_stock"));
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, RefusingAtAnyPoint,
                         Combine(Values(false, true), Values(0),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost)),
                         name_of_point);

/// The order is reserved or still placed when it is cancelled, and then the trouble begins.
class CancellingAtAnyPoint : public SagaAtAnyPoint {};

TEST_P(CancellingAtAnyPoint, GivesTheStockBackExactlyOnce) {
  // Call 0 is the reservation: its answer is lost, so the order is placed and the stock is held.
  world.troubles.at[0] = Trouble::AnswerLost;
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Placed);
  ASSERT_EQ(world.stock().reserved, 2);

  trouble_at_call(1);
  in_a_process([&] { (void)world.cancel(placed->id).has_value(); });
  world.run_to_the_end();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::ByCustomer);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CancellingAtAnyPoint,
                         Combine(Values(false, true), Values(0),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost)),
                         name_of_point);

TEST(Cancelling, HoldsNothingWhenTheReservationComesTooLate) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::Unreachable;
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_THAT(world.cancel(placed->id), Succeeds());

  // The request that seemed lost arrives after all.
  const auto late = world.warehouse().handle(
      warehouse::ReserveStock{warehouse::OrderId::parse(placed->id.str()).value(),
                              {{placed->lines[0].track, 2}}},
      world.context().with_key("late"));

  EXPECT_THAT(late, BreaksRule("warehouse.reservation_released"));
  EXPECT_EQ(world.stock().reserved, 0);
}

TEST(Cancelling, LosesAgainstASaleThatTheWarehouseMadeBefore) {
  SagaWorld world(false);
  world.troubles.at[1] = Trouble::AnswerLost;  // sold, and nobody has heard of it
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Reserved);

  EXPECT_THAT(world.cancel(placed->id), BreaksRule("orders.already_confirmed"));
  EXPECT_EQ(world.order().state, OrderState::Confirmed);
  EXPECT_EQ(world.stock().on_hand, 3);
}

TEST(UnreachableWarehouse, LeavesTheOrderPlacedAndSaysWhy) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;

  const auto placed = world.place("key");

  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(placed->state, OrderState::Placed);
  EXPECT_EQ(placed->fulfilment, Fulfilment::InProgress);
  EXPECT_THAT(placed->problem.value_or(""), ::testing::HasSubstr("banyan.unreachable"));
}

TEST(UnreachableWarehouse, IsNotAskedAgainBeforeTheWaitIsOver) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;
  ASSERT_THAT(world.place("key"), Succeeds());

  world.run_once();
  EXPECT_EQ(world.troubles.calls, 1);
  world.clock.advance(world.policy.first_backoff);
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 2);
  world.clock.advance(world.policy.first_backoff);
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 2);  // it waits twice as long now
}

TEST(UnreachableWarehouse, StopsTheOrderAfterManyAttemptsUntilSomebodyResumesIt) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;
  ASSERT_THAT(world.place("key"), Succeeds());

  world.run_to_the_end();
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Stuck);
  EXPECT_EQ(world.troubles.calls, world.policy.max_attempts);

  world.troubles.always_unreachable = false;
  const auto resumed = world.resume(world.order().id);
  ASSERT_THAT(resumed, Succeeds());
  EXPECT_EQ(resumed->state, OrderState::Confirmed);
}

TEST(Lease, KeepsASecondDriverAwayUntilItRunsOut) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::DieBefore;
  EXPECT_THROW((void)world.place("key").has_value(), ProcessDied);

  world.run_once();
  EXPECT_EQ(world.troubles.calls, 1);
  const auto again = world.place("key");
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->state, OrderState::Placed);
  world.clock.advance(world.policy.lease);
  world.run_once();
  EXPECT_EQ(world.order().state, OrderState::Confirmed);
}

TEST(Lease, IsLostToWhoeverTookItMeanwhile) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::DieBefore;
  EXPECT_THROW((void)world.place("key").has_value(), ProcessDied);
  world.clock.advance(world.policy.lease);
  world.run_once();
  ASSERT_EQ(world.order().state, OrderState::Confirmed);

  EXPECT_EQ(world.troubles.done["reserve_stock"], 1);
  EXPECT_EQ(world.troubles.done["confirm_reservation"], 1);
}

}  // namespace

void PrintTo(Trouble trouble, std::ostream* out) { *out << name_of(trouble); }

}  // namespace orders::testing
