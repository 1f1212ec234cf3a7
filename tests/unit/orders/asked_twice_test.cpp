// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

/// Two ask for the same at once: while the first one's first call is under way the other one asks,
/// and dies where its second call would be.
class AskedTwice : public ::testing::TestWithParam<bool> {
 protected:
  void meanwhile(const std::function<void()>& ask) {
    const int first = world.troubles.calls;
    world.troubles.between = [this, first, ask](int call) {
      if (call == first) {
        asks_ = true;
        try {
          ask();
        } catch (const ProcessDied&) {
        }
        asks_ = false;
      } else if (asks_ && call == first + 2) {
        throw ProcessDied("before its second call");
      }
    };
  }
  SagaWorld world{GetParam()};

 private:
  bool asks_ = false;
};

INSTANTIATE_TEST_SUITE_P(Stores, AskedTwice, ::testing::Bool(),
                         [](const auto& store) { return store.param ? "sql" : "memory"; });

// The web shop's basket keeps its key for a month, the ledger for a day.
TEST_P(AskedTwice, PlacingIsOneOrderAlsoWhenTheLedgerHasForgottenTheKey) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.run_to_the_end();

  PlaceOrder request{banyan::contract::some_customer(),
                     {{banyan::contract::sample_shop().track(banyan::contract::kFive), 2}},
                     std::nullopt};
  const auto late = world.place_without_ledger(request, "key");
  ASSERT_THAT(late, Succeeds());
  EXPECT_EQ(late->id, placed->id);
  EXPECT_EQ(late->state, OrderState::Paid);
  EXPECT_EQ(world.payments.taken(), placed->total.minor_units);

  // Another order under the key is a mistake of its caller, another customer's is another one.
  request.lines[0].quantity = 1;
  EXPECT_THAT(world.place_without_ledger(request, "key"), BreaksRule("orders.key_reused"));
  request.customer = banyan::contract::some_customer(2);
  const auto theirs = world.place_without_ledger(request, "key");
  ASSERT_THAT(theirs, Succeeds());
  EXPECT_NE(theirs->id, placed->id);
}

TEST_P(AskedTwice, CancellingGivesAllOfTheMoneyBack) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  meanwhile([&] { EXPECT_THAT(world.cancel(placed->id), Succeeds()); });
  ASSERT_THAT(world.cancel(placed->id), Succeeds());
  world.run_to_the_end();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.payments.taken(), 0);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
  for (const banyan::SagaStep& step : world.saga().steps) EXPECT_EQ(step.doing.calls, 1);
}

TEST_P(AskedTwice, ReturningGivesNoMoneyBackBeforeTheParcelIs) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.deliver(placed->id);
  meanwhile([&] { EXPECT_THAT(world.return_(placed->id), Succeeds()); });
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  world.run_to_the_end();
  EXPECT_EQ(world.order().state, OrderState::Delivered);
  EXPECT_EQ(world.payments.taken(), world.order().total.minor_units);

  world.parcel(placed->id) = shipping::ConsignmentState::Returned;
  world.run_to_the_end();
  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_EQ(world.payments.taken(), 0);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
}

}  // namespace
}  // namespace orders::testing
