// SPDX-License-Identifier: Apache-2.0
#include "domain/order.hpp"

#include <functional>
#include <map>
#include <set>

#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace orders {
namespace {

using banyan::Money;
using banyan::Result;
using banyan::contract::sample_shop;

Order an_order() {
  banyan::SeededRandom random(1);
  return Order::place(OrderId::make({1}, random), banyan::contract::some_customer(),
                      {{sample_shop().track(0), "a", 2, {99, "EUR"}},
                       {sample_shop().track(1), "b", 1, {129, "EUR"}}},
                      {tax_rate_of("DE"), "account"}, {1})
      .value();
}

TEST(Order, AddsItsLinesUpAndTheTaxOnTheirSum) {
  const Order::Data order = an_order().data();
  EXPECT_EQ(order.tax, (Money{62, "EUR"}));  // 19 % of 3.27 is 62.13
  EXPECT_EQ(order.total, (Money{389, "EUR"}));
  EXPECT_EQ(order.state, OrderState::Placed);
}

TEST(Tax, IsThatOfTheCountryAndNothingOutsideOfTheUnionAndCanada) {
  EXPECT_EQ(tax_rate_of("DE").hundredths, 1900);
  EXPECT_EQ(tax_rate_of("CA").hundredths, 500);
  EXPECT_EQ(tax_rate_of("FI").hundredths, 2550);
  EXPECT_EQ(tax_rate_of("US").hundredths, 0);
  EXPECT_EQ(tax_rate_of("").hundredths, 0);
}

TEST(Tax, IsRoundedOnceHalvesUp) {
  EXPECT_EQ(tax_on({50, "EUR"}, {1900}).minor_units, 10);      // 9.5
  EXPECT_EQ(tax_on({49, "EUR"}, {1900}).minor_units, 9);       // 9.31
  EXPECT_EQ(tax_on({3 * 50, "EUR"}, {1900}).minor_units, 29);  // 28.5, and not 3 × 10
  EXPECT_EQ(tax_on({0, "EUR"}, {1900}).minor_units, 0);
  EXPECT_EQ(tax_on({123'456'789'012'345, "EUR"}, {2550}).minor_units, 31'481'481'198'148);
}

/// Every way from state to state: allowed exactly where the picture in order.hpp has an arrow.
TEST(Order, GoesNoOtherWayThanThePictureShowsAndStaysAsItIs) {
  using Step = std::function<Result<void>(Order&)>;
  const std::map<OrderState, Step> into = {
      {OrderState::Reserved, [](Order& order) { return order.reserve({2}); }},
      {OrderState::Paid, [](Order& order) { return order.pay({2}); }},
      {OrderState::Shipped, [](Order& order) { return order.ship({2}); }},
      {OrderState::Delivered, [](Order& order) { return order.deliver({2}); }},
      {OrderState::Returned, [](Order& order) { return order.take_back({2}); }},
      {OrderState::Cancelled,
       [](Order& order) { return order.cancel(CancelReason::ByCustomer, {2}); }}};
  const std::set<std::pair<OrderState, OrderState>> arrows = {
      {OrderState::Placed, OrderState::Reserved},   {OrderState::Placed, OrderState::Cancelled},
      {OrderState::Reserved, OrderState::Paid},     {OrderState::Reserved, OrderState::Cancelled},
      {OrderState::Paid, OrderState::Shipped},      {OrderState::Paid, OrderState::Cancelled},
      {OrderState::Shipped, OrderState::Delivered}, {OrderState::Delivered, OrderState::Returned},
      {OrderState::Shipped, OrderState::Returned}};
  const std::vector<OrderState> all = {
      OrderState::Placed,    OrderState::Reserved,  OrderState::Paid,    OrderState::Shipped,
      OrderState::Delivered, OrderState::Cancelled, OrderState::Returned};
  for (const OrderState from : all) {
    for (const auto& [to, step] : into) {
      Order::Data data = an_order().data();
      data.state = from;
      Order order = Order::stored(data);
      const Result<void> done = step(order);
      if (arrows.contains({from, to})) {
        EXPECT_THAT(done, Succeeds());
        EXPECT_EQ(order.data().state, to);
        EXPECT_EQ(order.data().changed_at, banyan::Timestamp{2});
      } else {
        EXPECT_THAT(done, BreaksRule("orders.illegal_transition"));
        EXPECT_EQ(order.data(), data);
      }
    }
  }
}

TEST(Order, KnowsTheRequestThatItWasPlacedBy) {
  const PlaceOrder same{banyan::contract::some_customer(),
                        {{sample_shop().track(0), 2}, {sample_shop().track(1), 1}},
                        std::nullopt};
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
      {tax_rate_of("DE"), "account"}, {1});

  EXPECT_THAT(order, BreaksRule("orders.bad_quantity"));
}

}  // namespace
}  // namespace orders
