// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_world.hpp"
#include "shipping/events.hpp"

namespace shipping::testing {
namespace {

using banyan::contract::Keeping;
using banyan::contract::ShippingWorld;

/// What others are told of a consignment.
class Told : public ::testing::Test {
 protected:
  std::vector<std::string> told() {
    std::vector<std::string> names;
    for (const banyan::PublishedEvent& each : world.published.all()) {
      names.emplace_back(each.info->name);
    }
    return names;
  }
  void background() {
    EXPECT_THAT(world.refresh(order), Succeeds());
    world.background();
  }

  ShippingWorld world{Keeping::Memory};
  const OrderId order = ShippingWorld::order(1);
};

TEST_F(Told, IsEachStepOnce) {
  (void)world.pay(order);
  (void)world.pay(order);
  world.background();
  world.collected(order);
  background();
  background();
  world.clock.advance(std::chrono::seconds(1));
  world.delivered(order);
  background();
  ASSERT_THAT(world.announce_return(order), Succeeds());
  world.background();
  world.carrier.happens(order.str() + ":return", Sighting::Delivered, world.clock.now());
  background();
  background();

  EXPECT_EQ(told(), (std::vector<std::string>{"consignment_booked", "consignment_dispatched",
                                              "consignment_delivered", "consignment_returned"}));
  EXPECT_EQ(world.published.of<ConsignmentBooked>().at(0).tracking_number, "N1");
  EXPECT_EQ(world.published.of<ConsignmentDelivered>().at(0).order, order);
}

TEST_F(Told, IsThatItIsBackAlsoWhenNobodyEverHadIt) {
  (void)world.pay(order);
  world.background();
  world.brought_back(order);
  background();
  ASSERT_THAT(world.announce_return(order), Succeeds());
  ASSERT_THAT(world.announce_return(order), Succeeds());

  EXPECT_EQ(told(), (std::vector<std::string>{"consignment_booked", "consignment_dispatched",
                                              "consignment_brought_back", "consignment_returned"}));
  EXPECT_EQ(world.published.of<ConsignmentBroughtBack>().at(0).brought_back_at, world.clock.now());
  EXPECT_EQ(world.published.of<ConsignmentReturned>().at(0).returned_at, world.clock.now());
}

TEST_F(Told, IsThatNothingComesAlsoBeforeItWasPaid) {
  ASSERT_THAT(world.cancel(order), Succeeds());
  ASSERT_THAT(world.cancel(order), Succeeds());
  (void)world.pay(order);

  EXPECT_EQ(told(), std::vector<std::string>{"consignment_cancelled"});
}

}  // namespace
}  // namespace shipping::testing
