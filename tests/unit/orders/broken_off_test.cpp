// SPDX-License-Identifier: Apache-2.0
// What orders answers when its database fails after the first unit of work of a request: never that
// nothing was changed.
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"
#include "support/failing_store.hpp"

namespace orders::testing {
namespace {

using banyan::contract::sample_shop;
using banyan::test::FailingStore;
using banyan::test::StoreTrouble;

class BrokenOff : public ::testing::TestWithParam<StoreTrouble> {
 protected:
  BrokenOff() {
    auto store = std::make_unique<FailingStore<OrdersReading, OrdersWriting>>(
        make_memory_order_store(clock_, &ledger_));
    store_ = store.get();
    module_ =
        make_orders_on(std::move(store), {*catalog_, customers_, *warehouse_, payments_, shipping_},
                       environment_, {.workers = 0});
    once_ = banyan::binding::PortBinding<Orders>::once(*module_, ledger_, clock_);
    port_ = banyan::bind_in_process<Orders>(*once_, banyan::no_observer(), clock_);
  }

  banyan::Context context() {
    return banyan::Context::begin(std::chrono::seconds(20), clock_, random_);
  }
  banyan::Result<OrderDetails> place() {
    return port_->handle(PlaceOrder{banyan::contract::some_customer(),
                                    {{sample_shop().track(banyan::contract::kFive), 2}},
                                    std::nullopt},
                         context().with_key("a-key"));
  }
  OrderDetails stored() {
    const auto page = port_->handle(ListOrders{}, context()).value();
    return port_->handle(GetOrder{page.orders.at(0).id}, context()).value();
  }

  banyan::ManualClock clock_{banyan::Timestamp{1'760'000'000'000'000},
                             banyan::system_clock().steady() + std::chrono::hours(1)};
  banyan::SeededRandom random_{42};
  IdleScheduler scheduler_;
  banyan::Environment environment_{clock_, random_, scheduler_};
  banyan::MemoryLedger ledger_{clock_};
  SomeCustomers some_customers_;
  SomePayments some_payments_;
  SomeShipping some_shipping_;
  NeighbourPort<customers::Customers, SomeCustomers> customers_{
      Neighbour<customers::Customers, SomeCustomers>(some_customers_)};
  NeighbourPort<payments::Payments, SomePayments> payments_{
      Neighbour<payments::Payments, SomePayments>(some_payments_)};
  NeighbourPort<shipping::Shipping, SomeShipping> shipping_{
      Neighbour<shipping::Shipping, SomeShipping>(some_shipping_)};
  std::unique_ptr<catalog::Catalog> catalog_ =
      catalog::make_memory_catalog(sample_shop().catalog(), environment_);
  std::unique_ptr<warehouse::Warehouse> warehouse_ =
      warehouse::make_memory_warehouse({*catalog_}, sample_shop().stock, environment_);
  FailingStore<OrdersReading, OrdersWriting>* store_ = nullptr;
  std::unique_ptr<Module> module_;
  std::unique_ptr<Orders> once_;
  std::unique_ptr<Orders> port_;
};

INSTANTIATE_TEST_SUITE_P(Store, BrokenOff,
                         ::testing::Values(StoreTrouble::Breaks, StoreTrouble::Expires,
                                           StoreTrouble::IsFull));

TEST_P(BrokenOff, AnOrderThatIsPlacedIsAnsweredWithThoughTheDatabaseFailsAfterIt) {
  store_->ail_after(1, GetParam());
  const auto placed = place();
  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(placed->state, OrderState::Placed);
  EXPECT_EQ(placed->fulfilment, Fulfilment::InProgress);

  store_->recover();
  EXPECT_EQ(stored().id, placed->id);
}

TEST_P(BrokenOff, AnOrderIsAnsweredWithAsFarAsItGot) {
  store_->ail_after(2, GetParam());
  const auto placed = place();
  ASSERT_THAT(placed, Succeeds());

  store_->recover();
  EXPECT_EQ(stored().state, placed->state);
  EXPECT_EQ(placed->state, OrderState::Reserved);
}

TEST_P(BrokenOff, TheSameKeyFindsTheOrderAlsoWhenTheDatabaseFailedInBetween) {
  store_->ail_after(1, GetParam());
  const auto placed = place();
  ASSERT_THAT(placed, Succeeds());

  // Claimed, and then it fails.
  clock_.advance(std::chrono::minutes(5));
  store_->ail_after(1, GetParam());
  const auto again = place();
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->id, placed->id);
}

TEST_P(BrokenOff, ACancellationThatHasBegunIsAnsweredWith) {
  const auto placed = place();
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Paid);
  store_->ail_after(1, GetParam());
  const auto cancelled = port_->handle(CancelOrder{placed->id}, context());
  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_EQ(cancelled->fulfilment, Fulfilment::Cancelling);

  store_->recover();
  EXPECT_EQ(stored().fulfilment, Fulfilment::Cancelling);
}

TEST_P(BrokenOff, AReturnThatHasBegunIsAnsweredWith) {
  const auto placed = place();
  ASSERT_THAT(placed, Succeeds());
  const auto order = shipping::OrderId::parse(placed->id.str()).value();
  some_shipping_.at[order] = shipping::ConsignmentState::Delivered;
  const banyan::EventContext about{.source = "shipping", .key = placed->id.str(), .ordinal = 1};
  ASSERT_EQ(
      module_->on(shipping::ConsignmentDelivered{order, clock_.now()}, about, context()).kind(),
      banyan::EventAnswer::Kind::Done);
  store_->ail_after(1, GetParam());
  const auto returned = port_->handle(ReturnOrder{placed->id}, context());
  ASSERT_THAT(returned, Succeeds());
  EXPECT_EQ(returned->fulfilment, Fulfilment::Returning);
}

TEST_P(BrokenOff, WhatHasNotBegunIsStillSaidNotToHave) {
  store_->ail_after(0, GetParam());
  const auto refused = place();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().rule, "banyan.outcome_unknown");
  store_->recover();
  EXPECT_TRUE(port_->handle(ListOrders{}, context())->orders.empty());
}

}  // namespace
}  // namespace orders::testing
