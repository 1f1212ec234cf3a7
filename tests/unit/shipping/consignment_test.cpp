// SPDX-License-Identifier: Apache-2.0
#include "domain/consignment.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "banyan/kernel/random.hpp"
#include "contract/matchers.hpp"

namespace shipping::testing {
namespace {

using banyan::Timestamp;
using enum ConsignmentState;

constexpr Timestamp kNow{1'760'000'000'000'000};

OrderId an_order() {
  banyan::SeededRandom random(1);
  return OrderId::make(kNow, random);
}
CustomerId a_customer() {
  banyan::SeededRandom random(2);
  return CustomerId::make(kNow, random);
}

Timestamp after(std::int64_t minutes) { return {kNow.micros + minutes * 60'000'000}; }

std::vector<TrackingEvent> seen(Leg leg, Sighting sighting, std::int64_t minutes) {
  return {{leg, sighting, after(minutes), "somewhere"}};
}

Consignment ordered() { return Consignment::begin(an_order(), a_customer(), kNow, kNow); }
Consignment booked() {
  Consignment consignment = ordered();
  consignment.about_to_book("test", kNow);
  EXPECT_THAT(consignment.booked("N1", kNow), Succeeds());
  return consignment;
}
Consignment delivered() {
  Consignment consignment = booked();
  consignment.learn(seen(Leg::Outbound, Sighting::Delivered, 9), after(10));
  return consignment;
}

Consignment brought_back() {
  Consignment consignment = booked();
  consignment.learn(seen(Leg::Outbound, Sighting::Collected, 5), after(6));
  consignment.brought_back(after(8), after(9));
  return consignment;
}

template <class Event>
std::size_t count(const Consignment& consignment) {
  return static_cast<std::size_t>(std::ranges::count_if(
      consignment.facts(), [](const Fact& fact) { return std::holds_alternative<Event>(fact); }));
}

TEST(Consignment, IsBookedCollectedDeliveredAndComesBack) {
  Consignment consignment = booked();
  consignment.learn(seen(Leg::Outbound, Sighting::Collected, 5), after(6));
  EXPECT_EQ(consignment.data().state, InTransit);
  consignment.learn(seen(Leg::Outbound, Sighting::Delivered, 9), after(10));
  EXPECT_EQ(consignment.data().state, Delivered);
  EXPECT_EQ(consignment.errand(), std::nullopt);
  ASSERT_THAT(consignment.announce_return(after(20)), Succeeds());
  EXPECT_EQ(consignment.errand(), Errand::BookReturn);
  ASSERT_THAT(consignment.booked("R1", after(21)), Succeeds());
  EXPECT_EQ(consignment.errand(), Errand::TrackReturn);
  consignment.learn(seen(Leg::Return, Sighting::Delivered, 30), after(31));

  EXPECT_EQ(consignment.data().state, Returned);
  EXPECT_EQ(consignment.errand(), std::nullopt);
  ASSERT_EQ(consignment.facts().size(), 4U);
  EXPECT_EQ(std::get<ConsignmentBooked>(consignment.facts()[0]).tracking_number, "N1");
  EXPECT_EQ(std::get<ConsignmentDispatched>(consignment.facts()[1]).dispatched_at, after(5));
  EXPECT_EQ(std::get<ConsignmentDelivered>(consignment.facts()[2]).delivered_at, after(9));
  EXPECT_EQ(std::get<ConsignmentReturned>(consignment.facts()[3]).returned_at, after(30));
}

TEST(Consignment, ThatWasBroughtBackIsReturnedWithoutAnotherParcel) {
  Consignment consignment = brought_back();
  EXPECT_EQ(consignment.data().state, InTransit);
  EXPECT_EQ(consignment.errand(), Errand::Track) << "it may be sent out again";
  for (int times = 0; times < 2; ++times) {
    ASSERT_THAT(consignment.announce_return(after(20)), Succeeds());
    EXPECT_EQ(consignment.data().state, Returned);
  }
  EXPECT_EQ(consignment.errand(), std::nullopt);
  ASSERT_EQ(count<ConsignmentReturned>(consignment), 1U);
  EXPECT_EQ(std::get<ConsignmentReturned>(consignment.facts().back()).returned_at, after(8));
  EXPECT_EQ(count<ConsignmentDelivered>(consignment), 0U);
}

TEST(Consignment, ThatWasBroughtBackAndSentOutAgainIsOnItsWay) {
  Consignment consignment = brought_back();
  for (int times = 0; times < 2; ++times) consignment.brought_back({}, after(12));
  EXPECT_EQ(count<ConsignmentBroughtBack>(consignment), 1U);
  ASSERT_EQ(count<ConsignmentSentOutAgain>(consignment), 1U);
  EXPECT_EQ(std::get<ConsignmentSentOutAgain>(consignment.facts().back()).noticed_at, after(12));
  EXPECT_THAT(consignment.announce_return(after(13)), BreaksRule("shipping.not_delivered"));
  consignment.learn(seen(Leg::Outbound, Sighting::Delivered, 14), after(15));
  ASSERT_THAT(consignment.announce_return(after(16)), Succeeds());
  EXPECT_EQ(consignment.data().state, Returning) << "the customer has it";
}

TEST(Consignment, IsNotBroughtBackBeforeItHasLeftNorOnceItIsReturned) {
  Consignment early = booked();
  early.brought_back(after(1), after(2));
  EXPECT_THAT(early.announce_return(after(3)), BreaksRule("shipping.not_delivered"));

  Consignment late = delivered();
  ASSERT_THAT(late.announce_return(after(20)), Succeeds());
  late.brought_back(after(21), after(22));
  EXPECT_EQ(late.data().state, Returning);
  EXPECT_TRUE(late.is_past(Leg::Outbound));
  EXPECT_FALSE(late.is_past(Leg::Return));
}

TEST(Consignment, ThatIsDeliveredHasAWayToGoWhateverAVersionBeforeHasLeftWritten) {
  // That version has heard of the delivery, and knew nothing of what is brought back.
  Consignment::Data data = delivered().data();
  data.brought_back_at = after(8);
  Consignment consignment = Consignment::stored(data);
  ASSERT_THAT(consignment.announce_return(after(20)), Succeeds());
  EXPECT_EQ(consignment.data().state, Returning);
  ASSERT_THAT(consignment.booked("R1", after(21)), Succeeds());
  consignment.learn(seen(Leg::Return, Sighting::Delivered, 30), after(31));
  EXPECT_EQ(std::get<ConsignmentReturned>(consignment.facts().back()).returned_at, after(30));
}

TEST(Consignment, KnowsThatItWasOutBeforeItWasBroughtBackOnceMore) {
  Consignment consignment = brought_back();
  EXPECT_FALSE(consignment.brought_back(after(8), after(10))) << "it is the same time";
  EXPECT_FALSE(consignment.brought_back(after(9), after(10))) << "it is corrected";
  consignment.learn(seen(Leg::Outbound, Sighting::Collected, 12), after(20));
  EXPECT_TRUE(consignment.brought_back(after(15), after(20)));
  EXPECT_FALSE(consignment.brought_back(after(15), after(21)));
}

TEST(Consignment, IsNotBroughtBackInTheFuture) {
  Consignment consignment = brought_back();
  consignment.brought_back(after(90), after(10));
  EXPECT_EQ(consignment.data().brought_back_at, after(10));
}

TEST(Consignment, GoesOverAllStatesWhenTheCarrierSpeaksRarely) {
  const Consignment consignment = delivered();

  EXPECT_EQ(consignment.data().state, Delivered);
  EXPECT_EQ(count<ConsignmentBooked>(consignment), 1U);
  EXPECT_EQ(count<ConsignmentDispatched>(consignment), 1U);
  EXPECT_EQ(count<ConsignmentDelivered>(consignment), 1U);
}

TEST(Consignment, TakesWhatTheCarrierSaysInAnyOrderAndOnce) {
  Consignment consignment = delivered();
  EXPECT_FALSE(consignment.learn(seen(Leg::Outbound, Sighting::Delivered, 9), after(11)));
  EXPECT_TRUE(consignment.learn(seen(Leg::Outbound, Sighting::Collected, 5), after(12)));
  EXPECT_FALSE(consignment.learn(seen(Leg::Outbound, Sighting::Collected, 5), after(13)));

  EXPECT_EQ(consignment.data().state, Delivered);
  ASSERT_EQ(consignment.data().tracking.size(), 2U);
  EXPECT_EQ(consignment.data().tracking[0].sighting, Sighting::Collected);
  EXPECT_EQ(consignment.facts().size(), 3U);
}

TEST(Consignment, StaysBookedWhileTheCarrierOnlyKnowsOfIt) {
  Consignment consignment = booked();
  consignment.learn(seen(Leg::Outbound, Sighting::Announced, 1), after(2));
  consignment.learn(seen(Leg::Outbound, Sighting::Delayed, 3), after(4));

  EXPECT_EQ(consignment.data().state, Booked);
}

TEST(Consignment, IsCancelledAtOnceWhenTheCarrierCannotKnowOfIt) {
  Consignment consignment = ordered();
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());

  EXPECT_EQ(consignment.data().state, Cancelled);
  EXPECT_EQ(count<ConsignmentCancelled>(consignment), 1U);
}

TEST(Consignment, IsCancelledOnlyWhenTheCarrierAgreesOnceItMayKnowOfIt) {
  Consignment consignment = ordered();
  consignment.about_to_book("test", kNow);
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());
  EXPECT_EQ(consignment.data().state, Ordered);
  EXPECT_EQ(consignment.errand(), Errand::Cancel);

  ASSERT_THAT(consignment.cancel_agreed(kNow, {}), Succeeds());
  EXPECT_EQ(consignment.data().state, Cancelled);
}

TEST(Consignment, GoesOnWhenItIsTooLateToCancel) {
  Consignment consignment = booked();
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());
  consignment.cancel_refused();

  EXPECT_EQ(consignment.data().state, Booked);
  EXPECT_EQ(consignment.errand(), Errand::Track);
  consignment.learn(seen(Leg::Outbound, Sighting::Collected, 1), after(1));
  EXPECT_THAT(consignment.cancel(after(2)), BreaksRule("shipping.already_dispatched"));
}

TEST(Consignment, ThatWasCancelledIsCancelledOnceMoreWhenTheCarrierHasItAfterAll) {
  Consignment consignment = ordered();
  consignment.about_to_book("test", kNow);
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());
  ASSERT_THAT(consignment.cancel_agreed(kNow, {}), Succeeds());
  EXPECT_EQ(consignment.errand(), std::nullopt);

  consignment.heard_of();
  EXPECT_EQ(consignment.errand(), Errand::Cancel);
  ASSERT_THAT(consignment.cancel_agreed(kNow, {}), Succeeds());
  EXPECT_EQ(consignment.errand(), std::nullopt);
  EXPECT_EQ(count<ConsignmentCancelled>(consignment), 1U);
}

TEST(Consignment, ThatWasCancelledIsLookedAfterWhileARequestToBookMayStillArrive) {
  constexpr std::chrono::hours kLongest{1};
  Consignment consignment = ordered();
  consignment.about_to_book("test", kNow);
  ASSERT_THAT(consignment.cancel(after(1)), Succeeds());
  ASSERT_THAT(consignment.cancel_agreed(after(1), kLongest), Succeeds());
  EXPECT_EQ(consignment.data().state, Cancelled);
  EXPECT_EQ(consignment.errand(), Errand::Cancel);
  ASSERT_THAT(consignment.cancel_agreed(after(59), kLongest), Succeeds());
  EXPECT_EQ(consignment.errand(), Errand::Cancel);
  ASSERT_THAT(consignment.cancel_agreed(after(60), kLongest), Succeeds());
  EXPECT_EQ(consignment.errand(), std::nullopt);
  EXPECT_EQ(count<ConsignmentCancelled>(consignment), 1U);
}

TEST(Consignment, ThatWasCancelledIsLeftAloneWhenEveryRequestToBookWasAnswered) {
  Consignment consignment = ordered();
  consignment.about_to_book("test", kNow);
  consignment.booking_answered(Leg::Outbound);
  ASSERT_THAT(consignment.booked("N1", kNow), Succeeds());
  ASSERT_THAT(consignment.cancel(after(1)), Succeeds());
  ASSERT_THAT(consignment.cancel_agreed(after(1), std::chrono::hours(1)), Succeeds());
  EXPECT_EQ(consignment.errand(), std::nullopt);
}

TEST(Consignment, IsWithTheCarrierThatWasAskedUntilThatHasRefused) {
  Consignment consignment = ordered();
  EXPECT_EQ(consignment.carrier_of(Leg::Outbound), std::nullopt);
  consignment.about_to_book("one", kNow);
  consignment.about_to_book("another", kNow);
  EXPECT_EQ(consignment.carrier_of(Leg::Outbound), "one");
  consignment.booking_refused(Leg::Outbound);
  EXPECT_EQ(consignment.carrier_of(Leg::Outbound), std::nullopt);
  ASSERT_THAT(consignment.cancel(kNow), Succeeds());
  EXPECT_EQ(consignment.data().state, Cancelled) << "no carrier can know of it";
}

TEST(Consignment, RefusesByNameWhatCannotBe) {
  EXPECT_THAT(ordered().announce_return(kNow), BreaksRule("shipping.not_delivered"));
  EXPECT_THAT(booked().announce_return(kNow), BreaksRule("shipping.not_delivered"));
  EXPECT_THAT(Consignment::never(an_order(), kNow).announce_return(kNow),
              BreaksRule("shipping.not_delivered"));
  EXPECT_THAT(brought_back().cancel(kNow), BreaksRule("shipping.already_dispatched"));
  EXPECT_THAT(delivered().cancel(kNow), BreaksRule("shipping.already_dispatched"));
  EXPECT_THAT(delivered().booked("N2", kNow), BreaksRule("shipping.illegal_transition"));
  EXPECT_THAT(delivered().cancel_agreed(kNow, {}), BreaksRule("shipping.illegal_transition"));
  EXPECT_THAT(Consignment::never(an_order(), kNow).booked("N2", kNow),
              BreaksRule("shipping.illegal_transition"));
}

/// What a consignment does, written down a second time as a table, for random histories.
struct Model {
  ConsignmentState state = Ordered;
  bool asked = false;
  bool cancelling = false;
  bool way_back_known = false;
  bool collected = false, arrived = false, back = false;  // what the carrier has told so far
  bool is_here = false;                                   // brought back on its way out
  int facts = 0;

  void go(ConsignmentState next) {
    state = next;
    if (next != Returning) ++facts;
  }
  void notice(bool here) {
    if (here != is_here) ++facts;
    is_here = here;
  }
  void catch_up() {
    if (state == Booked && (collected || arrived)) {
      cancelling = false;
      go(InTransit);
    }
    if (state == InTransit && arrived) go(Delivered);
    if (state == Returning && back) go(Returned);
  }
};

struct Move {
  const char* name;
  std::function<bool(Consignment&)> real;  ///< did it succeed?
  std::function<bool(Model&)> model;
};

bool tell(Consignment& consignment, Leg leg, Sighting sighting, std::int64_t minutes) {
  consignment.learn(seen(leg, sighting, minutes), after(minutes));
  return true;
}

std::vector<Move> moves() {
  return {
      {"cancel", [](Consignment& c) { return c.cancel(kNow).has_value(); },
       [](Model& m) {
         if (m.state == Cancelled) return true;
         if (m.state != Ordered && m.state != Booked) return false;
         if (m.state == Ordered && !m.asked)
           m.go(Cancelled);
         else
           m.cancelling = true;
         return true;
       }},
      {"announce return", [](Consignment& c) { return c.announce_return(kNow).has_value(); },
       [](Model& m) {
         if (m.state == Returning || m.state == Returned) return true;
         const bool is_here = m.state == InTransit && m.is_here;
         if (m.state != Delivered && !is_here) return false;
         m.go(is_here ? Returned : Returning);
         return true;
       }},
      {"ask to book",
       [](Consignment& c) {
         c.about_to_book("test", kNow);
         return true;
       },
       [](Model& m) {
         if (m.state == Ordered) m.asked = true;
         return true;
       }},
      {"booked", [](Consignment& c) { return c.booked("N", kNow).has_value(); },
       [](Model& m) {
         if (m.state == Returning) m.way_back_known = true;
         if (m.state == Returning) return true;
         if (m.state != Ordered) return false;
         m.asked = true;
         m.go(Booked);
         return true;
       }},
      {"carrier agrees", [](Consignment& c) { return c.cancel_agreed(kNow, {}).has_value(); },
       [](Model& m) {
         if (m.state != Ordered && m.state != Booked && m.state != Cancelled) return false;
         m.cancelling = false;
         if (m.state != Cancelled) m.go(Cancelled);
         return true;
       }},
      {"carrier refuses",
       [](Consignment& c) {
         c.cancel_refused();
         return true;
       },
       [](Model& m) {
         m.cancelling = false;
         return true;
       }},
      {"carrier calls",
       [](Consignment& c) {
         c.heard_of();
         return true;
       },
       [](Model& m) {
         if (m.state == Cancelled && m.asked) m.cancelling = true;
         return true;
       }},
      {"collected", [](Consignment& c) { return tell(c, Leg::Outbound, Sighting::Collected, 5); },
       [](Model& m) {
         m.collected = true;
         m.catch_up();
         return true;
       }},
      {"delivered", [](Consignment& c) { return tell(c, Leg::Outbound, Sighting::Delivered, 9); },
       [](Model& m) {
         m.arrived = true;
         m.catch_up();
         return true;
       }},
      {"nobody took it",
       [](Consignment& c) {
         c.brought_back(after(7), after(8));
         return true;
       },
       [](Model& m) {
         if (m.state == InTransit) m.notice(true);
         return true;
       }},
      {"sent out again",
       [](Consignment& c) {
         c.brought_back({}, after(8));
         return true;
       },
       [](Model& m) {
         if (m.state == InTransit) m.notice(false);
         return true;
       }},
      {"returned", [](Consignment& c) { return tell(c, Leg::Return, Sighting::Delivered, 30); },
       [](Model& m) {
         m.back = true;
         m.catch_up();
         return true;
       }},
  };
}

Errand expected_errand(const Model& model, bool& any) {
  any = true;
  if (model.state == Ordered) return model.cancelling ? Errand::Cancel : Errand::Book;
  if (model.state == Booked) return model.cancelling ? Errand::Cancel : Errand::Track;
  if (model.state == InTransit) return Errand::Track;
  if (model.state == Returning) {
    return model.way_back_known ? Errand::TrackReturn : Errand::BookReturn;
  }
  any = model.state == Cancelled && model.cancelling;
  return Errand::Cancel;
}

TEST(Consignment, DoesInRandomHistoriesWhatItsModelDoes) {
  const std::vector<Move> all = moves();
  for (std::uint64_t seed = 0; seed < 3'000; ++seed) {
    banyan::SeededRandom dice(seed);
    Consignment consignment = ordered();
    Model model;
    std::string history;
    for (int step = 0; step < 25; ++step) {
      const Move& move = all.at(dice.next() % all.size());
      history += std::string(move.name) + ", ";
      const Consignment::Data before = consignment.data();
      const bool did = move.real(consignment);
      ASSERT_EQ(did, move.model(model)) << history;
      ASSERT_TRUE(did || consignment.data() == before) << history;
      ASSERT_EQ(consignment.data().state, model.state) << history;
      ASSERT_EQ(consignment.facts().size(), static_cast<std::size_t>(model.facts)) << history;
      bool any = false;
      const Errand errand = expected_errand(model, any);
      ASSERT_EQ(consignment.errand(), any ? std::optional(errand) : std::nullopt) << history;
    }
  }
}

}  // namespace
}  // namespace shipping::testing
