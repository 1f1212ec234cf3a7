// SPDX-License-Identifier: Apache-2.0
// What the background of shipping tells of its work when its database fails.
#include <gtest/gtest.h>

#include "application/shipping_on_store.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "persistence/memory_shipping.hpp"
#include "support/failing_store.hpp"
#include "support/told_work.hpp"

namespace shipping::testing {
namespace {

using banyan::contract::ShippingWorld;
using banyan::test::FailingStore;
using banyan::test::StoreTrouble;

class BackgroundOfShipping : public ::testing::Test {
 protected:
  BackgroundOfShipping() {
    auto store = std::make_unique<FailingStore<ShippingReading, ShippingWriting>>(
        make_memory_shipping_store(clock_));
    store_ = store.get();
    module_ = make_shipping_on(std::move(store), {customers_, carrier_}, environment_, {});
  }

  void pay(std::uint64_t number) {
    const OrderId order = ShippingWorld::order(number);
    const payments::PaymentCaptured paid{
        payments::OrderId::parse(order.str()).value(),
        payments::CustomerId::parse(ShippingWorld::customer().str()).value(),
        {1299, "EUR"},
        clock_.now()};
    (void)module_->on(paid,
                      banyan::EventContext{.source = "payments", .key = order.str(), .ordinal = 1},
                      banyan::Context::begin(std::chrono::seconds(20), clock_, random_));
  }
  /// One round, of which the scheduler tells what it throws.
  void background() {
    try {
      scheduler_.run_all();
    } catch (const banyan::OperationalFault&) {
    }
  }

  banyan::ManualClock clock_{banyan::Timestamp{1'760'000'000'000'000},
                             banyan::system_clock().steady() + std::chrono::hours(1)};
  banyan::SeededRandom random_{42};
  banyan::contract::ScheduleByHand scheduler_;
  banyan::test::ToldWork work_;
  banyan::Environment environment_{clock_, random_, scheduler_, nullptr, &work_};
  banyan::contract::EveryCustomer everybody_;
  banyan::Chain<customers::Customers, banyan::contract::AsksEveryCustomer> customers_{
      banyan::contract::AsksEveryCustomer(everybody_)};
  banyan::contract::TestCarrier carrier_;
  FailingStore<ShippingReading, ShippingWriting>* store_ = nullptr;
  std::unique_ptr<Module> module_;
};

TEST_F(BackgroundOfShipping, IsHinderedByADatabaseThatIsAwayAndHasFailedAtNothing) {
  std::uint64_t number = 0;
  for (const auto trouble : {StoreTrouble::Breaks, StoreTrouble::Expires, StoreTrouble::IsFull}) {
    for (const int writes : {0, 1}) {  // before the carrier is asked, and after
      pay(++number);
      const std::size_t before = work_.hindrances();
      store_->ail_after(writes, trouble);
      background();
      store_->recover();
      EXPECT_GT(work_.hindrances(), before) << number;
    }
  }
  const std::size_t before = work_.hindrances();
  store_->ail_after(0, StoreTrouble::Breaks, true);
  background();
  EXPECT_GT(work_.hindrances(), before) << "nobody knows what is due";
  EXPECT_TRUE(work_.told().empty());

  store_->recover();
  pay(++number);
  background();
  ASSERT_FALSE(work_.told().empty());
  for (const banyan::Work& each : work_.told()) EXPECT_FALSE(each.failed);
}

}  // namespace
}  // namespace shipping::testing
