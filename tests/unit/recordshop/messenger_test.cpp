// SPDX-License-Identifier: Apache-2.0
#include "outside/messenger.hpp"

#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"

namespace recordshop {
namespace {

using banyan::contract::any_context;
using shipping::Leg;
using shipping::Shipment;
using shipping::Sighting;

class Messenger : public ::testing::Test {
 protected:
  std::string book(Leg leg) {
    return messenger->book({"ord_0123456789abcdef", leg, {}, 1}, any_context()).value();
  }
  std::vector<Sighting> seen(const std::string& number) {
    const auto tracking = messenger->track({"ord_0123456789abcdef", number}, any_context());
    std::vector<Sighting> sightings;
    for (const shipping::TrackingEvent& event : tracking.value().value().events) {
      sightings.push_back(event.sighting);
    }
    return sightings;
  }

  banyan::ManualClock clock;
  std::unique_ptr<shipping::Carrier> messenger = make_messenger(clock);
};

TEST_F(Messenger, CollectsAfterAMinuteAndDeliversAfterTen) {
  const std::string number = book(Leg::Outbound);
  EXPECT_EQ(seen(number), std::vector{Sighting::Announced});
  clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(seen(number), (std::vector{Sighting::Announced, Sighting::Collected}));
  clock.advance(std::chrono::minutes(9));
  EXPECT_EQ(seen(number),
            (std::vector{Sighting::Announced, Sighting::Collected, Sighting::Delivered}));
}

TEST_F(Messenger, SaysWhenTheNextThingHappens) {
  const std::string number = book(Leg::Outbound);
  const auto next = [&] {
    return messenger->track({"ord_0123456789abcdef", number}, any_context()).value()->next_in;
  };
  ASSERT_TRUE(next());
  clock.advance(*next());
  EXPECT_EQ(seen(number).back(), Sighting::Collected);
  ASSERT_TRUE(next());
  clock.advance(*next());
  EXPECT_EQ(seen(number).back(), Sighting::Delivered);
  EXPECT_EQ(next(), std::nullopt);
}

TEST_F(Messenger, KnowsTheWayBackByItsNumber) {
  const std::string number = book(Leg::Return);

  const auto tracking = messenger->track({"ord_0123456789abcdef:return", number}, any_context());
  EXPECT_EQ(tracking.value().value().events.at(0).leg, Leg::Return);
}

TEST_F(Messenger, CanBeCalledBackUntilItHasTheParcel) {
  const Shipment shipment{"ord_0123456789abcdef", book(Leg::Outbound)};
  EXPECT_THAT(messenger->cancel(shipment, any_context()), Succeeds());
  clock.advance(std::chrono::minutes(1));
  EXPECT_THAT(messenger->cancel(shipment, any_context()), BreaksRule("carrier.collected"));
}

TEST_F(Messenger, KnowsNothingWithoutANumberOfItsOwn) {
  for (const std::optional<std::string>& number :
       {std::optional<std::string>(), std::optional<std::string>("0417-99"),
        std::optional<std::string>("BIKE-x")}) {
    const auto tracking = messenger->track({"ord_1", number}, any_context());
    ASSERT_THAT(tracking, Succeeds());
    EXPECT_FALSE(*tracking);
    const auto cancelled = messenger->cancel({"ord_1", number}, any_context());
    if (number) {
      EXPECT_THAT(cancelled, BreaksRule("carrier.not_ours")) << *number;
    } else {
      EXPECT_THAT(cancelled, Succeeds());
    }
  }
}

}  // namespace
}  // namespace recordshop
