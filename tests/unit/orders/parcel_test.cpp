// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "orders/http.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

using banyan::EventAnswer;

class Parcel : public ::testing::TestWithParam<bool> {
 protected:
  SagaWorld world{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Stores, Parcel, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "sql" : "memory"; });

TEST_P(Parcel, TakesItsOrderAlong) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(world.hear_dispatched(placed->id).kind(), EventAnswer::Kind::Done);
    EXPECT_EQ(world.order().state, OrderState::Shipped);
  }
  EXPECT_THAT(world.cancel(placed->id), BreaksRule("orders.already_shipped"));
  for (int times = 0; times < 2; ++times) {
    EXPECT_EQ(world.hear_delivered(placed->id).kind(), EventAnswer::Kind::Done);
    EXPECT_EQ(world.order().state, OrderState::Delivered);
  }
  EXPECT_EQ(world.history(placed->id).back().what, "delivered");
}

TEST_P(Parcel, IsBelievedWhenNobodySaidThatItWasOnItsWay) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(world.hear_delivered(placed->id).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world.order().state, OrderState::Delivered);
}

TEST_P(Parcel, LinksToItsReturnOnlyWhereThatCanBeDone) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  EXPECT_FALSE(can_be_returned(world.order()));
  world.dispatch(placed->id);
  EXPECT_FALSE(can_be_returned(world.order())) << "it is on its way";
  for (int times = 0; times < 2; ++times) {
    world.bring_back(placed->id);
    EXPECT_EQ(world.hear_brought_back(placed->id).kind(), EventAnswer::Kind::Done);
    EXPECT_EQ(world.order().brought_back_at, world.clock.now());
    EXPECT_TRUE(can_be_returned(world.order()));
    if (times == 1) break;
    world.shipping.brought_back.clear();
    EXPECT_EQ(world.hear_sent_out_again(placed->id).kind(), EventAnswer::Kind::Done);
    EXPECT_FALSE(can_be_returned(world.order())) << "it is on its way once more";
  }
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_FALSE(can_be_returned(world.order()));
  EXPECT_EQ(world.order().brought_back_at, std::nullopt);
}

TEST_P(Parcel, CanBeReturnedAlsoBeforeOrdersHearsThatItWasBroughtBack) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.bring_back(placed->id);
  EXPECT_FALSE(can_be_returned(world.order()));
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_EQ(world.hear_brought_back(placed->id).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world.order().brought_back_at, std::nullopt);
}

TEST_P(Parcel, ThatWasBroughtBackHasLeftAlsoWhenNobodySaidSo) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(world.hear_brought_back(placed->id).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world.order().state, OrderState::Shipped);
  EXPECT_TRUE(can_be_returned(world.order()));
  EXPECT_EQ(world.hear_delivered(placed->id).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world.order().brought_back_at, std::nullopt);
}

TEST_P(Parcel, HasToWaitUntilItsOrderIsKnownToBePaid) {
  world.troubles.at[3] = Trouble::AnswerLost;  // captured, and nobody has heard of it
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(world.hear_dispatched(placed->id).kind(), EventAnswer::Kind::Later);
  world.run_to_the_end();
  EXPECT_EQ(world.hear_dispatched(placed->id).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world.order().state, OrderState::Shipped);
}

TEST_P(Parcel, OfAnOrderThatNobodyKnowsIsNoneOfOurs) {
  banyan::SeededRandom random(3);
  EXPECT_EQ(world.hear_delivered(OrderId::make({1}, random)).kind(), EventAnswer::Kind::Done);
}

TEST_P(Parcel, ThatIsBackWakesTheSagaThatWaitsForIt) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.deliver(placed->id);
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  world.parcel(placed->id) = shipping::ConsignmentState::Returned;
  world.run_once();
  EXPECT_EQ(world.order().state, OrderState::Delivered);  // it would ask later
  EXPECT_EQ(world.hear_returned(placed->id).kind(), EventAnswer::Kind::Done);
  world.run_once();
  EXPECT_EQ(world.order().state, OrderState::Returned);
}

}  // namespace
}  // namespace orders::testing
