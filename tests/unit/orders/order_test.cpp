// SPDX-License-Identifier: Apache-2.0
#include "domain/order.hpp"

#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace orders {
namespace {

using banyan::contract::sample_shop;

Order an_order() {
  banyan::SeededRandom random(1);
  return Order::place(OrderId::make({1}, random), banyan::contract::some_customer(),
                      {{sample_shop().track(0), "a", 2, {99, "EUR"}},
                       {sample_shop().track(1), "b", 1, {129, "EUR"}}},
                      {1})
      .value();
}

TEST(Order, AddsItsLinesUp) {
  EXPECT_EQ(an_order().data().total, (banyan::Money{327, "EUR"}));
  EXPECT_EQ(an_order().data().state, OrderState::Placed);
}

TEST(Order, GoesFromPlacedOverReservedToConfirmed) {
  Order order = an_order();

  EXPECT_THAT(order.reserve({2}), Succeeds());
  EXPECT_FALSE(order.finished());
  EXPECT_THAT(order.confirm({3}), Succeeds());
  EXPECT_TRUE(order.finished());
  EXPECT_EQ(order.data().changed_at, banyan::Timestamp{3});
}

TEST(Order, IsCancelledForAReasonWhilePlacedOrReserved) {
  Order placed = an_order();
  Order reserved = an_order();
  ASSERT_THAT(reserved.reserve({2}), Succeeds());

  EXPECT_THAT(placed.cancel(CancelReason::OutOfStock, {3}), Succeeds());
  EXPECT_THAT(reserved.cancel(CancelReason::ByCustomer, {3}), Succeeds());
  EXPECT_EQ(placed.data().cancel_reason, CancelReason::OutOfStock);
  EXPECT_EQ(reserved.data().cancel_reason, CancelReason::ByCustomer);
}

TEST(Order, RefusesEveryOtherStepAndStaysAsItIs) {
  Order placed = an_order();
  EXPECT_THAT(placed.confirm({2}), BreaksRule("orders.illegal_transition"));
  EXPECT_EQ(placed.data(), an_order().data());

  Order confirmed = an_order();
  ASSERT_THAT(confirmed.reserve({2}), Succeeds());
  EXPECT_THAT(confirmed.reserve({3}), BreaksRule("orders.illegal_transition"));
  ASSERT_THAT(confirmed.confirm({3}), Succeeds());
  EXPECT_THAT(confirmed.reserve({4}), BreaksRule("orders.illegal_transition"));
  EXPECT_THAT(confirmed.confirm({4}), BreaksRule("orders.illegal_transition"));
  EXPECT_THAT(confirmed.cancel(CancelReason::ByCustomer, {4}),
              BreaksRule("orders.illegal_transition"));
  EXPECT_EQ(confirmed.data().cancel_reason, std::nullopt);

  Order cancelled = an_order();
  ASSERT_THAT(cancelled.cancel(CancelReason::ByCustomer, {2}), Succeeds());
  EXPECT_THAT(cancelled.reserve({3}), BreaksRule("orders.illegal_transition"));
  EXPECT_THAT(cancelled.confirm({3}), BreaksRule("orders.illegal_transition"));
  EXPECT_THAT(cancelled.cancel(CancelReason::OutOfStock, {3}),
              BreaksRule("orders.illegal_transition"));
}

TEST(Order, KnowsTheRequestThatItWasPlacedBy) {
  const PlaceOrder same{banyan::contract::some_customer(),
                        {{sample_shop().track(0), 2}, {sample_shop().track(1), 1}}};
  PlaceOrder other = same;
  other.lines[1].quantity = 2;

  EXPECT_TRUE(an_order().is_for(same));
  EXPECT_FALSE(an_order().is_for(other));
}

TEST(Order, RefusesATotalBeyondAllMeasure) {
  banyan::SeededRandom random(1);
  const auto order = Order::place(
      OrderId::make({1}, random), banyan::contract::some_customer(),
      {{sample_shop().track(0), "a", 1'000, {std::numeric_limits<std::int64_t>::max() / 2, "EUR"}}},
      {1});

  EXPECT_THAT(order, BreaksRule("orders.bad_quantity"));
}

}  // namespace
}  // namespace orders
