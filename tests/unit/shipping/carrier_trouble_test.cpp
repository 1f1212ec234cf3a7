// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <utility>

#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/shipping/shipping_world.hpp"

namespace shipping::testing {
namespace {

using banyan::contract::Keeping;
using banyan::contract::ProcessDied;
using banyan::contract::ShippingWorld;
using banyan::contract::Trouble;
using enum ConsignmentState;

/// Everything that can go wrong with a carrier, in memory and on tables.
class CarrierTrouble : public ::testing::TestWithParam<Keeping> {
 protected:
  ShippingWorld world{GetParam()};
  const OrderId order = ShippingWorld::order(1);

  void pay(const OrderId& which) {
    EXPECT_EQ(world.pay(which).kind(), banyan::EventAnswer::Kind::Done);
  }
  /// The background, in a process that may die.
  bool survives() {
    try {
      world.background();
      return true;
    } catch (const ProcessDied&) {
      return false;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Keeping, CarrierTrouble,
                         ::testing::Values(Keeping::Memory, Keeping::Sqlite),
                         [](const auto& keeping) { return name_of(keeping.param); });

TEST_P(CarrierTrouble, AnOutageParksEverythingAndLosesNothing) {
  constexpr std::uint64_t kOrders = 20;
  for (std::uint64_t number = 1; number <= kOrders; ++number) pay(ShippingWorld::order(number));
  world.carrier.is_unreachable = true;
  for (int hour = 0; hour < 24; ++hour) {
    world.clock.advance(std::chrono::hours(1));
    world.background();
  }
  // One of them probes; the others are not even tried.
  EXPECT_EQ(world.carrier.calls, 24);

  world.carrier.is_unreachable = false;
  world.clock.advance(world.policy.longest_pause);
  world.background();

  for (std::uint64_t number = 1; number <= kOrders; ++number) {
    EXPECT_EQ(world.state(ShippingWorld::order(number)), Booked) << number;
  }
  EXPECT_EQ(world.carrier.bookings.size(), kOrders);
}

TEST_P(CarrierTrouble, TheBackgroundTellsWhatItHasDoneAndHowLateItWas) {
  pay(order);
  world.clock.advance(std::chrono::seconds(3));
  world.background();
  ASSERT_EQ(world.work.told().size(), 1U);
  EXPECT_EQ(world.work.told().front().worker, "bookings");
  EXPECT_FALSE(world.work.told().front().failed);
  EXPECT_EQ(world.work.told().front().lag, std::chrono::seconds(3));

  world.clock.advance(world.policy.tracking_interval + std::chrono::seconds(5));
  world.background();
  ASSERT_EQ(world.work.told().size(), 2U);
  EXPECT_EQ(world.work.told().back().worker, "tracking") << "of which there is so much more";
  EXPECT_EQ(world.work.told().back().lag, std::chrono::seconds(5)) << "it was to be asked then";
}

TEST_P(CarrierTrouble, TheBackgroundTellsOfARefusalOnceHoweverOftenItAsks) {
  world.carrier.refuses = true;
  pay(order);
  world.background_for_long();
  ASSERT_EQ(world.work.told().size(), 1U);
  EXPECT_TRUE(world.work.told().front().failed);
}

TEST_P(CarrierTrouble, ACustomerWithoutAnAddressIsNoFailureOfTheBackground) {
  world.customers.has_address = false;
  pay(order);
  world.background_for_long();
  ASSERT_NE(world.get(order).problem, std::nullopt);
  ASSERT_EQ(world.work.told().size(), 1U);
  EXPECT_FALSE(world.work.told().front().failed);
}

TEST_P(CarrierTrouble, NorIsAParcelThatWasBroughtBack) {
  pay(order);
  world.background();
  world.brought_back(order);
  ASSERT_THAT(world.refresh(order), Succeeds());
  world.background();
  ASSERT_NE(world.get(order).problem, std::nullopt);
  ASSERT_EQ(world.work.told().size(), 2U);
  for (const banyan::Work& each : world.work.told()) EXPECT_FALSE(each.failed);
}

TEST_P(CarrierTrouble, ACarrierThatIsOutForAMomentIsNoFailureOfTheBackground) {
  pay(order);
  pay(ShippingWorld::order(2));
  world.carrier.is_unreachable = true;
  for (int probe = 0; probe < 3; ++probe) {
    world.clock.advance(world.policy.longest_pause);
    world.background();
  }
  EXPECT_TRUE(world.work.told().empty());
  EXPECT_EQ(world.work.hindrances(), 6U) << "three probes, for which bookings and tracking wait";

  world.carrier.is_unreachable = false;
  world.clock.advance(world.policy.longest_pause);
  world.background();
  ASSERT_EQ(world.work.told().size(), 2U);
  for (const banyan::Work& each : world.work.told()) EXPECT_FALSE(each.failed);
}

TEST_P(CarrierTrouble, ACarrierThatIsOutForLongIsToldOfOnceForEachParcel) {
  const auto probe_for_long = [&] {
    for (std::chrono::milliseconds passed{0}; passed < 2 * banyan::kLongOutage;
         passed += world.policy.longest_pause) {
      world.clock.advance(world.policy.longest_pause);
      world.background();
    }
  };
  pay(order);
  world.carrier.is_unreachable = true;
  probe_for_long();
  ASSERT_EQ(world.work.told().size(), 1U);
  EXPECT_TRUE(world.work.told().back().failed);
  pay(ShippingWorld::order(2));
  probe_for_long();
  ASSERT_EQ(world.work.told().size(), 2U);
  EXPECT_TRUE(world.work.told().back().failed);

  world.carrier.is_unreachable = false;
  world.clock.advance(world.policy.longest_pause);
  world.background();
  EXPECT_EQ(world.state(order), Booked);
  EXPECT_EQ(world.work.told().size(), 2U) << "that it was tried again says nothing new";
}

TEST_P(CarrierTrouble, ACarrierThatDoesNotAnswerIsLeftAloneForAWhile) {
  pay(order);
  world.carrier.is_unreachable = true;
  world.background();
  world.background();
  EXPECT_EQ(world.carrier.calls, 1);

  world.clock.advance(world.policy.longest_pause);
  world.background();
  EXPECT_EQ(world.carrier.calls, 2);
}

TEST_P(CarrierTrouble, ACarrierThatDoesNotAnswerOneIsAskedForNoOther) {
  pay(order);
  pay(ShippingWorld::order(2));
  world.carrier.is_unreachable = true;
  world.background();
  world.background();

  EXPECT_EQ(world.carrier.calls, 1);
}

TEST_P(CarrierTrouble, AnOutageOfTheCustomersModuleCostsNothingEither) {
  pay(order);
  world.customers.is_unreachable = true;
  for (int round = 0; round < 50; ++round) {
    world.clock.advance(world.policy.longest_pause);
    world.background();
  }
  EXPECT_EQ(world.state(order), Ordered);
  EXPECT_EQ(world.carrier.bookings.size(), 0U);

  world.customers.is_unreachable = false;
  world.clock.advance(world.policy.longest_pause);
  world.background();
  EXPECT_EQ(world.state(order), Booked);
}

TEST_P(CarrierTrouble, AnUnknownOutcomeIsLookedUpAndNotBookedTwice) {
  pay(order);
  world.carrier.troubles[0] = Trouble::AnswerLost;
  world.background();
  EXPECT_EQ(world.state(order), Ordered);

  world.background_for_long();
  EXPECT_EQ(world.state(order), Booked);
  EXPECT_EQ(world.get(order).tracking_number, "N1");
  EXPECT_EQ(world.carrier.bookings.size(), 1U);
}

TEST_P(CarrierTrouble, WhatGotLostOnTheWayIsAskedForAgain) {
  pay(order);
  world.carrier.troubles[0] = Trouble::Late;
  world.background_for_long();

  EXPECT_EQ(world.state(order), Booked);
  world.carrier.arrive_late();
  EXPECT_EQ(world.carrier.parcels.size(), 1U);
}

TEST_P(CarrierTrouble, WhereverTheProcessDiesTheParcelIsBookedOnce) {
  for (const Trouble trouble : {Trouble::DieBefore, Trouble::DieAfter}) {
    ShippingWorld with(GetParam());
    EXPECT_EQ(with.pay(order).kind(), banyan::EventAnswer::Kind::Done);
    with.carrier.troubles[0] = trouble;
    EXPECT_THROW(with.background(), ProcessDied);
    with.background_for_long();

    EXPECT_EQ(with.state(order), Booked);
    EXPECT_EQ(with.carrier.bookings.size(), 1U);
    EXPECT_EQ(with.carrier.parcels.size(), 1U);
  }
}

TEST_P(CarrierTrouble, ARefusalIsTriedAgainMoreAndMoreSeldomUntilItGoes) {
  pay(order);
  world.carrier.refuses = true;
  world.background_for_long();
  const int calls = world.carrier.calls;
  EXPECT_GT(calls, 5);
  EXPECT_EQ(world.state(order), Ordered);
  EXPECT_EQ(world.get(order).problem, "carrier.refused: no service to this address");
  world.clock.advance(std::chrono::minutes(1));
  world.background();
  EXPECT_EQ(world.carrier.calls, calls);

  world.carrier.refuses = false;
  world.background_for_long();
  EXPECT_EQ(world.state(order), Booked);
  EXPECT_EQ(world.get(order).problem, std::nullopt);
}

TEST_P(CarrierTrouble, ARefusalKeepsNobodyElseWaiting) {
  const OrderId other = ShippingWorld::order(2);
  pay(order);
  world.carrier.refuses = true;
  world.background();
  world.carrier.refuses = false;
  pay(other);
  world.background();

  EXPECT_EQ(world.state(order), Ordered);
  EXPECT_EQ(world.state(other), Booked);
}

TEST_P(CarrierTrouble, IsSentAsSoonAsTheCustomerHasAnAddress) {
  pay(order);
  world.customers.has_address = false;
  world.background();
  EXPECT_NE(world.get(order).problem.value_or("").find("no address"), std::string::npos);
  EXPECT_EQ(world.carrier.calls, 0);

  world.customers.has_address = true;
  world.background_for_long();
  EXPECT_EQ(world.state(order), Booked);
}

TEST_P(CarrierTrouble, WhatWasTaxedForOneCountryIsNotSentToAnother) {
  EXPECT_EQ(world.pay(order, "KP").kind(), banyan::EventAnswer::Kind::Done);
  world.background();
  EXPECT_EQ(world.state(order), Ordered);
  EXPECT_EQ(world.carrier.calls, 0);
  EXPECT_NE(world.get(order).problem.value_or("").find("shipping.country_changed"),
            std::string::npos);

  world.customers.address.country = "KP";
  world.background_for_long();
  EXPECT_EQ(world.state(order), Booked);
  EXPECT_EQ(world.carrier.bookings.at(0).address.country, "KP");
}

TEST_P(CarrierTrouble, WhatWasTaxedForAnotherCountryCanBeCancelled) {
  EXPECT_EQ(world.pay(order, "AT").kind(), banyan::EventAnswer::Kind::Done);
  world.background();
  EXPECT_THAT(world.cancel(order), Succeeds());
  EXPECT_EQ(world.state(order), Cancelled);
}

TEST_P(CarrierTrouble, ACallbackThatComesBeforeTheAnswerIsRightToo) {
  pay(order);
  world.carrier.troubles[0] = Trouble::AnswerLost;
  world.background();
  world.collected(order);
  ASSERT_THAT(world.refresh(order), Succeeds());
  world.clock.advance(world.policy.longest_pause);
  world.background();

  EXPECT_EQ(world.state(order), InTransit);
  EXPECT_EQ(world.carrier.bookings.size(), 1U);
}

TEST_P(CarrierTrouble, ACallbackThatComesDuringTheBookingIsNotForgotten) {
  pay(order);
  world.carrier.during = [&] { EXPECT_THAT(world.refresh(order), Succeeds()); };
  world.background();
  ASSERT_EQ(world.state(order), Booked);
  world.carrier.during = {};
  world.collected(order);

  // At once, and not when it would be asked anyway.
  world.background();
  EXPECT_EQ(world.state(order), InTransit);
}

TEST_P(CarrierTrouble, ACancellationOfUnknownOutcomeIsAskedForAgain) {
  pay(order);
  world.background();
  world.carrier.troubles[1] = Trouble::AnswerLost;
  EXPECT_THAT(world.cancel(order), BreaksRule("shipping.carrier_unreachable"));
  EXPECT_THAT(world.cancel(order), Succeeds());
}

TEST_P(CarrierTrouble, ACancellationWaitsForTheCarrierWhenABookingIsInDoubt) {
  pay(order);
  world.carrier.troubles[0] = Trouble::AnswerLost;
  world.background();
  const auto cancelled = world.cancel(order);

  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_TRUE(world.carrier.parcels.at(order.str()).is_cancelled);
}

TEST_P(CarrierTrouble, ABookingThatArrivesAfterItsCancellationIsCancelledWhenTheCarrierCalls) {
  pay(order);
  world.carrier.troubles[0] = Trouble::Late;
  world.background();
  ASSERT_THAT(world.cancel(order), Succeeds());
  world.carrier.arrive_late();
  ASSERT_FALSE(world.carrier.parcels.at(order.str()).is_cancelled);

  ASSERT_THAT(world.refresh(order), Succeeds());
  world.background_for_long();

  EXPECT_TRUE(world.carrier.parcels.at(order.str()).is_cancelled);
  EXPECT_EQ(world.state(order), Cancelled);
}

TEST_P(CarrierTrouble, ABookingThatArrivesAfterItsCancellationIsFoundWithoutACall) {
  pay(order);
  world.carrier.troubles[0] = Trouble::Late;
  world.background();
  ASSERT_THAT(world.cancel(order), Succeeds());
  ASSERT_EQ(world.state(order), Cancelled);
  world.carrier.arrive_late();
  ASSERT_FALSE(world.carrier.parcels.at(order.str()).is_cancelled);

  world.clock.advance(world.policy.tracking_interval);
  world.background();
  EXPECT_TRUE(world.carrier.parcels.at(order.str()).is_cancelled);
  EXPECT_EQ(world.state(order), Cancelled);
}

TEST_P(CarrierTrouble, ABookingOfAnEarlierTryIsFoundTooAfterTheNextOneWasBookedAndCancelled) {
  pay(order);
  world.carrier.troubles[0] = Trouble::Late;
  world.background();
  world.clock.advance(world.policy.longest_pause);
  world.background();
  ASSERT_EQ(world.state(order), Booked);
  ASSERT_THAT(world.cancel(order), Succeeds());
  world.carrier.arrive_late();
  ASSERT_FALSE(world.carrier.parcels.at(order.str()).is_cancelled);

  world.clock.advance(world.policy.tracking_interval);
  world.background();
  EXPECT_TRUE(world.carrier.parcels.at(order.str()).is_cancelled);
}

TEST_P(CarrierTrouble, WhatWasCancelledIsLeftAloneOnceNothingCanArriveAnyMore) {
  pay(order);
  world.carrier.troubles[0] = Trouble::AnswerLost;
  world.background();
  ASSERT_THAT(world.cancel(order), Succeeds());
  for (int minute = 0; minute < 70; ++minute) {
    world.clock.advance(world.policy.tracking_interval);
    world.background();
  }
  const int calls = world.carrier.calls;
  world.clock.advance(std::chrono::hours(1));
  world.background();
  EXPECT_EQ(world.carrier.calls, calls);
  EXPECT_GT(calls, 30);
}

/// Keeps no books, as the shop's messenger does not: a number is when it was booked, and all that
/// is known of a parcel. It is collected a minute later, also what was called back before. The
/// answer to the first booking is lost.
class CarrierWithoutMemory final : public Carrier {
 public:
  std::string name() const override { return "forgetful"; }
  banyan::Result<std::string> book(const Booking& /*booking*/,
                                   const banyan::Context& /*context*/) override {
    if (bookings++ == 0) {
      return banyan::fail(banyan::ErrorCode::DeadlineExceeded, "carrier.no_answer", "lost");
    }
    return std::to_string(clock->now().micros);
  }
  banyan::Result<void> cancel(const Shipment& shipment,
                              const banyan::Context& /*context*/) override {
    constexpr std::int64_t kMinute = 60'000'000;
    if (!shipment.tracking_number) return {};
    if (clock->now().micros < std::stoll(*shipment.tracking_number) + kMinute) return {};
    return banyan::fail(banyan::ErrorCode::FailedPrecondition, "carrier.collected", "too late");
  }
  banyan::Result<std::optional<Tracking>> track(const Shipment& shipment,
                                                const banyan::Context& /*context*/) override {
    if (!shipment.tracking_number) return std::optional<Tracking>();
    return std::optional(Tracking{*shipment.tracking_number, {}});
  }

  const banyan::Clock* clock = nullptr;
  int bookings = 0;
};

TEST_P(CarrierTrouble, WhatACarrierHasAgreedToLeaveItNeedNotRemember) {
  CarrierWithoutMemory forgetful;
  ShippingWorld with(GetParam(), {}, &forgetful);
  forgetful.clock = &with.clock;
  ASSERT_EQ(with.pay(order).kind(), banyan::EventAnswer::Kind::Done);
  with.background();
  with.clock.advance(with.policy.longest_pause);
  with.background();
  ASSERT_EQ(with.state(order), Booked);
  ASSERT_THAT(with.cancel(order), Succeeds());

  for (int minute = 0; minute < 3; ++minute) {
    with.clock.advance(with.policy.tracking_interval + std::chrono::minutes(1));
    with.background();
  }
  EXPECT_EQ(with.state(order), Cancelled);
  EXPECT_EQ(with.get(order).problem, std::nullopt) << "nothing was sent";
}

TEST_P(CarrierTrouble, AParcelThatTheCarrierHasLostSightOfIsAProblemForAPerson) {
  pay(order);
  world.background();
  world.carrier.parcels.clear();
  world.background_for_long();

  EXPECT_EQ(world.state(order), Booked);
  EXPECT_NE(world.get(order).problem.value_or("").find("knows nothing of N1"), std::string::npos);
}

TEST_P(CarrierTrouble, AReturnOfWhatWasBroughtBackWaitsForTheAnswerThatIsUnderWay) {
  pay(order);
  world.background();
  world.brought_back(order);
  ASSERT_THAT(world.refresh(order), Succeeds());
  world.background();
  world.clock.advance(world.policy.tracking_interval);
  world.collected(order);  // out again: so says the answer that is under way
  world.carrier.during = [&] {
    EXPECT_THAT(world.announce_return(order), BreaksRule("shipping.carrier_unreachable"));
  };
  world.background();
  world.carrier.during = {};

  EXPECT_EQ(world.state(order), InTransit);
  EXPECT_THAT(world.announce_return(order), BreaksRule("shipping.not_delivered"));
}

TEST_P(CarrierTrouble, AReturnOfWhatWasBroughtBackWaitsForNobodyWhoHangsForLongerThanALease) {
  pay(order);
  world.background();
  world.brought_back(order);
  ASSERT_THAT(world.refresh(order), Succeeds());
  world.background();
  world.clock.advance(world.policy.tracking_interval);
  bool is_first = true;
  world.carrier.during = [&] {
    if (!std::exchange(is_first, false)) return;
    world.clock.advance(world.policy.lease);
    EXPECT_THAT(world.announce_return(order), Succeeds());
  };
  world.background();

  EXPECT_EQ(world.state(order), Returned);
  EXPECT_EQ(world.get(order).problem, std::nullopt) << "an old answer says nothing";
  EXPECT_EQ(world.carrier.bookings.size(), 1U);
}

TEST_P(CarrierTrouble, AReturnIsNotTakenFromACarrierThatHasLostSightOfIt) {
  pay(order);
  world.background();
  world.brought_back(order);
  ASSERT_THAT(world.refresh(order), Succeeds());
  world.background();
  world.carrier.parcels.clear();
  EXPECT_THAT(world.announce_return(order), BreaksRule("shipping.not_delivered"));
  EXPECT_EQ(world.state(order), InTransit);
}

TEST_P(CarrierTrouble, ThatSomebodyHasSeenToStaysSoOverAnOutageButNotOverAnotherTime) {
  const auto carrier_is_asked = [&] {
    ASSERT_THAT(world.refresh(order), Succeeds());
    world.clock.advance(world.policy.longest_pause);
    world.background();
  };
  pay(order);
  world.background();
  world.brought_back(order);
  carrier_is_asked();
  ASSERT_EQ(world.overdue(), std::vector{order});
  ASSERT_THAT(world.see_to(order), Succeeds());
  world.carrier.is_unreachable = true;
  carrier_is_asked();
  EXPECT_TRUE(world.overdue().empty()) << "an outage is none of the parcel's problems";
  EXPECT_EQ(world.get(order).problem, "carrier.brought_back: nobody in");
  world.carrier.is_unreachable = false;
  carrier_is_asked();
  EXPECT_TRUE(world.overdue().empty());

  world.collected(order);
  carrier_is_asked();
  ASSERT_EQ(world.get(order).problem, std::nullopt);
  world.brought_back(order);
  carrier_is_asked();
  EXPECT_EQ(world.overdue(), std::vector{order}) << "it was out in between";
}

TEST_P(CarrierTrouble, IsListedOnceItHasLastedAndNotBecauseTheParcelIsOld) {
  const auto listed = [&] {
    ListOverdueConsignments request;
    request.hours = 24;
    return world.port().handle(request, world.context()).value().consignments.size();
  };
  pay(order);
  world.background();
  world.clock.advance(std::chrono::hours(25));
  world.carrier.parcels.clear();
  world.background();
  ASSERT_NE(world.get(order).problem, std::nullopt);
  EXPECT_EQ(listed(), 0U) << "it is a minute old";

  world.clock.advance(std::chrono::hours(23));
  world.background();
  EXPECT_EQ(listed(), 0U);
  world.clock.advance(std::chrono::hours(2));
  world.background();
  EXPECT_EQ(listed(), 1U) << "the second time is the same problem";
}

/// Many consignments, cancellations and returns, with trouble at every third call: in the end the
/// carrier has what the shop thinks it has.
TEST(CarrierHistories, EndWithTheCarrierAndTheShopOfOneMind) {
  constexpr std::uint64_t kSeeds = 12;
  for (std::uint64_t run = 2; run < 2 * (kSeeds + 1); ++run) {
    const std::uint64_t seed = run / 2;
    const bool carrier_calls = run % 2 == 0;  // else nobody ever hears of it but by asking
    ShippingWorld world(Keeping::Memory);
    banyan::SeededRandom dice(seed);
    for (int call = 0; call < 400; ++call) {
      if (dice.next() % 3 == 0)
        world.carrier.troubles[call] = static_cast<Trouble>(dice.next() % 5);
    }
    constexpr std::uint64_t kOrders = 15;
    const auto survive = [](auto&& body) {
      try {
        body();
      } catch (const ProcessDied&) {
      }
    };
    for (int step = 0; step < 120; ++step) {
      const OrderId order = ShippingWorld::order(1 + dice.next() % kOrders);
      const auto found = world.carrier.parcels.find(order.str());
      switch (dice.next() % 6) {
        case 0: (void)world.pay(order).kind(); break;
        case 1: survive([&] { (void)world.cancel(order).has_value(); }); break;
        case 2:
          if (found != world.carrier.parcels.end() && !found->second.is_cancelled) {
            world.collected(order);
            if (carrier_calls) (void)world.refresh(order).has_value();
          }
          break;
        case 3: (void)world.announce_return(order).has_value(); break;
        case 4: world.carrier.arrive_late(); break;
        default: survive([&] { world.background(); }); break;
      }
      world.clock.advance(std::chrono::seconds(dice.next() % 30));
    }
    world.carrier.troubles.clear();
    world.carrier.arrive_late();
    for (std::uint64_t number = 1; number <= kOrders; ++number) {
      if (carrier_calls) (void)world.refresh(ShippingWorld::order(number)).has_value();
    }
    world.background_for_long();

    for (std::uint64_t number = 1; number <= kOrders; ++number) {
      const OrderId order = ShippingWorld::order(number);
      const auto details = world.port().handle(GetConsignment{order}, world.context());
      const auto parcel = world.carrier.parcels.find(order.str());
      const bool carrier_has_it =
          parcel != world.carrier.parcels.end() && !parcel->second.is_cancelled;
      const bool shop_thinks_so = details && details->state != Cancelled;
      const bool known_to_be_sent = details && details->problem;
      EXPECT_TRUE(carrier_has_it == shop_thinks_so || known_to_be_sent)
          << "seed " << seed << (carrier_calls ? "" : " without calls") << ", order " << number;
      EXPECT_FALSE(shop_thinks_so && details->state == Ordered && !known_to_be_sent);
    }
  }
}

}  // namespace
}  // namespace shipping::testing
