// SPDX-License-Identifier: Apache-2.0
// What shipping answers when its database fails after a wish is written down: never that nothing
// was changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/shipping_on_store.hpp"
#include "banyan/kernel/bindings.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "persistence/memory_shipping.hpp"
#include "support/failing_store.hpp"

namespace shipping::testing {
namespace {

using banyan::contract::ShippingWorld;
using banyan::test::FailingStore;
using banyan::test::StoreTrouble;
using ::testing::HasSubstr;
using ::testing::Not;

class BrokenOffCancellation : public ::testing::Test {
 protected:
  BrokenOffCancellation() {
    auto store = std::make_unique<FailingStore<ShippingReading, ShippingWriting>>(
        make_memory_shipping_store(clock_));
    store_ = store.get();
    module_ = make_shipping_on(std::move(store), {customers_, carrier_}, environment_, {});
    port_ = banyan::bind_in_process<Shipping>(*module_, banyan::no_observer(), clock_);
    const payments::PaymentCaptured paid{
        payments::OrderId::parse(order_.str()).value(),
        payments::CustomerId::parse(ShippingWorld::customer().str()).value(),
        {1299, "EUR"},
        clock_.now()};
    (void)module_->on(paid,
                      banyan::EventContext{.source = "payments", .key = order_.str(), .ordinal = 1},
                      context());
    scheduler_.run_all();
  }

  banyan::Context context() {
    return banyan::Context::begin(std::chrono::seconds(20), clock_, random_);
  }
  banyan::Result<ConsignmentDetails> cancel() {
    return port_->handle(CancelConsignment{order_}, context());
  }

  const OrderId order_ = ShippingWorld::order(1);
  banyan::ManualClock clock_{banyan::Timestamp{1'760'000'000'000'000},
                             banyan::system_clock().steady() + std::chrono::hours(1)};
  banyan::SeededRandom random_{42};
  banyan::contract::ScheduleByHand scheduler_;
  banyan::Environment environment_{clock_, random_, scheduler_};
  banyan::contract::EveryCustomer everybody_;
  banyan::Chain<customers::Customers, banyan::contract::AsksEveryCustomer> customers_{
      banyan::contract::AsksEveryCustomer(everybody_)};
  banyan::contract::TestCarrier carrier_;
  FailingStore<ShippingReading, ShippingWriting>* store_ = nullptr;
  std::unique_ptr<Module> module_;
  std::unique_ptr<Shipping> port_;
};

TEST_F(BrokenOffCancellation, ThatIsWrittenDownIsNotSaidToHaveChangedNothing) {
  ASSERT_EQ(port_->handle(GetConsignment{order_}, context())->state, ConsignmentState::Booked);
  for (const bool reads_too : {false, true}) {
    for (const auto trouble : {StoreTrouble::Breaks, StoreTrouble::Expires, StoreTrouble::IsFull}) {
      store_->ail_after(1, trouble, reads_too);
      const auto cancelled = cancel();
      ASSERT_FALSE(cancelled);
      EXPECT_TRUE(cancelled.error().rule == "banyan.outcome_unknown" ||
                  cancelled.error().rule == "shipping.carrier_unreachable")
          << cancelled.error().rule;
      EXPECT_THAT(cancelled.error().message, Not(HasSubstr("nothing was changed")));
      store_->recover();
    }
  }
  EXPECT_THAT(cancel(), Succeeds());
}

TEST_F(BrokenOffCancellation, ThatTheCarrierHasAgreedToIsFoundByWhoeverAsksAgain) {
  store_->ail_after(2, StoreTrouble::Breaks);  // the wish, and that the carrier is asked
  EXPECT_THAT(cancel(), BreaksRule("banyan.outcome_unknown"));
  EXPECT_TRUE(carrier_.parcels.at(order_.str()).is_cancelled);

  store_->recover();
  clock_.advance(std::chrono::minutes(10));
  EXPECT_THAT(cancel(), Succeeds());
}

}  // namespace
}  // namespace shipping::testing
