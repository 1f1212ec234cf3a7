// SPDX-License-Identifier: Apache-2.0
#include "contract/shipping/shipping_port_contract.hpp"

#include <algorithm>

#include "contract/laws_of_participants.hpp"
#include "contract/made_up_cursors.hpp"
#include "contract/matchers.hpp"

namespace banyan::contract {

using ::shipping::GetConsignment;
using ::shipping::ListOverdueConsignments;
using ::shipping::OrderId;
using ::shipping::Sighting;
using enum ::shipping::ConsignmentState;

void ShippingPortContract::paid_and_booked() {
  ASSERT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);
  world().background();
  ASSERT_EQ(world().state(order), Booked);
}

std::size_t ShippingPortContract::parcels_under_way() {
  world().background_for_long();
  return static_cast<std::size_t>(std::ranges::count_if(
      world().carrier.parcels, [](const auto& entry) { return !entry.second.is_cancelled; }));
}

bool ShippingPortContract::hears_of_payment() {
  return world().pay(order).kind() == EventAnswer::Kind::Done;
}

namespace {

TEST_P(ShippingPortContract, KnowsNothingOfAnOrderThatIsNotPaid) {
  EXPECT_THAT(world().port().handle(GetConsignment{order}, world().context()),
              BreaksRule("shipping.unknown_consignment"));
  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.unknown_consignment"));
  EXPECT_THAT(world().refresh(order), BreaksRule("shipping.unknown_consignment"));
}

TEST_P(ShippingPortContract, BeginsWhenTheOrderIsPaidAndOnce) {
  EXPECT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);
  EXPECT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);
  const auto consignment = world().get(order);
  world().background();

  EXPECT_EQ(consignment.state, Ordered);
  EXPECT_EQ(consignment.customer, ShippingWorld::customer());
  EXPECT_EQ(consignment.paid_at, world().clock.now());
  EXPECT_EQ(world().carrier.bookings.size(), 1U);
}

TEST_P(ShippingPortContract, BooksInTheBackgroundWithTheAddressOfTheCustomer) {
  paid_and_booked();

  ASSERT_EQ(world().carrier.bookings.size(), 1U);
  EXPECT_EQ(world().carrier.bookings[0].reference, order.str());
  EXPECT_EQ(world().carrier.bookings[0].address, world().customers.address);
  EXPECT_EQ(world().get(order).tracking_number, "N1");
}

TEST_P(ShippingPortContract, FollowsTheCarrierToTheDoorAndBack) {
  paid_and_booked();
  world().collected(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  EXPECT_EQ(world().state(order), InTransit);

  world().delivered(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  EXPECT_EQ(world().state(order), Delivered);

  ASSERT_THAT(world().announce_return(order), Succeeds());
  EXPECT_EQ(world().state(order), Returning);
  world().background();
  EXPECT_EQ(world().get(order).return_tracking_number, "N2");
  world().carrier.happens(order.str() + ":return", Sighting::Delivered, world().clock.now());
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  EXPECT_EQ(world().state(order), Returned);
  EXPECT_EQ(world().get(order).tracking.size(), 3U);
  EXPECT_THAT(world().announce_return(order), Succeeds());
}

TEST_P(ShippingPortContract, AsksTheCarrierByItselfFromTimeToTime) {
  paid_and_booked();
  world().collected(order);
  world().background();
  EXPECT_EQ(world().state(order), Booked);

  world().pass(world().policy.tracking_interval);
  world().background();
  EXPECT_EQ(world().state(order), InTransit);
}

TEST_P(ShippingPortContract, TakesBackOnlyWhatWasDelivered) {
  paid_and_booked();

  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.not_delivered"));
  EXPECT_EQ(world().state(order), Booked);
}

TEST_P(ShippingPortContract, TakesBackWhatWasBroughtBackWithoutAnotherParcel) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  EXPECT_EQ(world().state(order), InTransit);
  EXPECT_EQ(world().get(order).brought_back_at, world().clock.now());
  EXPECT_EQ(world().overdue(), std::vector{order});
  EXPECT_THAT(world().cancel(order), BreaksRule("shipping.already_dispatched"));

  const auto returned = world().announce_return(order);
  ASSERT_THAT(returned, Succeeds());
  EXPECT_EQ(returned->state, Returned);
  EXPECT_EQ(returned->problem, std::nullopt);
  EXPECT_TRUE(world().overdue().empty());
  world().background_for_long();
  EXPECT_EQ(world().carrier.bookings.size(), 1U);
  EXPECT_EQ(world().state(order), Returned);
}

TEST_P(ShippingPortContract, TakesNotBackWhatWasSentOutAgain) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  world().clock.advance(std::chrono::hours(1));
  world().collected(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();

  EXPECT_EQ(world().get(order).brought_back_at, std::nullopt);
  EXPECT_EQ(world().get(order).problem, std::nullopt);
  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.not_delivered"));
}

TEST_P(ShippingPortContract, TakesNotBackWhatSomebodyHasSentOutByAnotherWay) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  ASSERT_NE(world().get(order).brought_back_at, std::nullopt);
  const auto seen = world().see_to(order, "ada", "sent again by messenger");
  ASSERT_THAT(seen, Succeeds());
  EXPECT_EQ(seen->brought_back_at, std::nullopt) << "no page offers its return any more";

  const auto refused = world().announce_return(order);
  ASSERT_THAT(refused, BreaksRule("shipping.not_delivered"));
  EXPECT_NE(refused.error().message.find("the shop has seen to it"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("ada"), std::string::npos)
      << "it comes to the customer's eyes: " << refused.error().message;
  world().background_for_long();
  EXPECT_EQ(world().state(order), InTransit);
  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.not_delivered"));
}

TEST_P(ShippingPortContract, TakesBackWhatWasBroughtBackOnceMore) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  ASSERT_THAT(world().see_to(order), Succeeds());
  // Out and back again, and nobody has asked in between.
  world().clock.advance(std::chrono::hours(1));
  world().collected(order);
  world().clock.advance(std::chrono::hours(1));
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();

  EXPECT_EQ(world().overdue(), std::vector{order}) << "nobody has seen to that";
  EXPECT_EQ(world().get(order).brought_back_at, world().clock.now());
  ASSERT_THAT(world().announce_return(order), Succeeds());
  EXPECT_EQ(world().state(order), Returned);
}

TEST_P(ShippingPortContract, AsksTheCarrierBeforeItTakesBackWhatWasBroughtBack) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  world().clock.advance(std::chrono::hours(1));
  world().carrier.is_unreachable = true;
  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.carrier_unreachable"));
  EXPECT_EQ(world().state(order), InTransit);

  world().carrier.is_unreachable = false;
  world().collected(order);  // sent out again, and nobody has told
  EXPECT_THAT(world().announce_return(order), BreaksRule("shipping.not_delivered"));
  EXPECT_EQ(world().state(order), InTransit);
  EXPECT_EQ(world().get(order).brought_back_at, std::nullopt);
}

TEST_P(ShippingPortContract, ListsNoMoreWhatSomebodyHasSeenToUntilSomethingElseIsWrong) {
  world().customers.has_address = false;
  ASSERT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);
  world().background();
  ASSERT_EQ(world().overdue(), std::vector{order});
  for (const char* who : {"ada", "bob"}) {
    const auto seen = world().see_to(order, who, "they move house");
    ASSERT_THAT(seen, Succeeds());
    ASSERT_TRUE(seen->seen_to);
    EXPECT_EQ(seen->seen_to->by, "ada") << "who was first is remembered";
    EXPECT_EQ(seen->seen_to->why, "they move house");
    EXPECT_TRUE(world().overdue().empty());
  }
  world().background_for_long();
  EXPECT_TRUE(world().overdue().empty()) << "it is the same problem, said once more";

  world().customers.has_address = true;
  world().carrier.refuses = true;
  world().background_for_long();
  EXPECT_EQ(world().overdue(), std::vector{order}) << "that is another one";
  ASSERT_THAT(world().see_to(order, "bob", "they know"), Succeeds());
  EXPECT_TRUE(world().overdue().empty());
  const ::shipping::ConsignmentProblem noted = world().problem(order);
  ASSERT_TRUE(noted.seen_to);
  EXPECT_EQ(noted.seen_to->by, "bob");
  EXPECT_EQ(noted.problem, world().get(order).problem);
  EXPECT_TRUE(noted.since);
  EXPECT_EQ(world().get(order).seen_to, std::nullopt) << "that is what customers read";

  world().carrier.refuses = false;
  world().background_for_long();
  EXPECT_EQ(world().state(order), Booked);
  EXPECT_EQ(world().problem(order).seen_to, std::nullopt) << "it is over";
  EXPECT_EQ(world().problem(order).problem, std::nullopt);
}

TEST_P(ShippingPortContract, WantsToKnowWhoHasSeenToItAndWhy) {
  EXPECT_THAT(world().see_to(order), BreaksRule("shipping.unknown_consignment"));
  EXPECT_THAT(world().port().handle(::shipping::GetProblem{order}, world().context()),
              BreaksRule("shipping.unknown_consignment"));
  ASSERT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);
  for (const std::string& bad :
       {std::string(), std::string(" "), std::string("two\nlines"), std::string(201, 'a')}) {
    EXPECT_THAT(world().see_to(order, bad, "why"), BreaksRule("shipping.bad_note"));
    EXPECT_THAT(world().see_to(order, "who", bad), BreaksRule("shipping.bad_note"));
  }
}

// The three laws of a participant. What can be undone begins with an event: the order is paid.

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsHearTwiceIsHearOnce) {
  paid_and_booked();
  const auto once = parcels_under_way();
  EXPECT_EQ(once, 1U);
  paid_and_booked();
  EXPECT_EQ(parcels_under_way(), once);
}

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsCancelTwiceIsCancelOnce) {
  paid_and_booked();
  expect_twice_is_once(asks_to_cancel(), [&] { return parcels_under_way(); });
  EXPECT_EQ(world().state(order), Cancelled);
  EXPECT_EQ(parcels_under_way(), 0U);
  EXPECT_TRUE(world().carrier.parcels.at(order.str()).is_cancelled);
}

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsReturnTwiceIsReturnOnce) {
  paid_and_booked();
  world().delivered(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  expect_twice_is_once([&](const std::string& /*key*/) { return world().announce_return(order); },
                       [&] { return world().state(order); });
  EXPECT_EQ(parcels_under_way(), 2U) << "one there, one back";
  EXPECT_EQ(world().carrier.bookings.size(), 2U);
}

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsReturnOfWhatWasBroughtBackTwiceIsOnce) {
  paid_and_booked();
  world().brought_back(order);
  ASSERT_THAT(world().refresh(order), Succeeds());
  world().background();
  expect_twice_is_once([&](const std::string& /*key*/) { return world().announce_return(order); },
                       [&] { return world().state(order); });
  EXPECT_EQ(world().state(order), Returned);
  EXPECT_EQ(world().carrier.bookings.size(), 1U);
}

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsUndoneForGood) {
  paid_and_booked();
  expect_heard_late_is_nothing([&] { return hears_of_payment(); }, asks_to_cancel(),
                               [&] { return parcels_under_way(); });
  EXPECT_EQ(world().state(order), Cancelled);
  EXPECT_EQ(parcels_under_way(), 0U);
}

TEST_P(ShippingPortContract, KeepsTheLawsOfParticipantsUndoBeforeDoIsNever) {
  expect_heard_late_is_nothing([&] { return hears_of_payment(); }, asks_to_cancel(),
                               [&] { return parcels_under_way(); });
  EXPECT_EQ(world().state(order), Cancelled);
  EXPECT_EQ(world().get(order).customer, std::nullopt);
  EXPECT_EQ(world().carrier.calls, 0);
}

TEST_P(ShippingPortContract, CancelsWhatIsOnlyOrderedWithoutTheCarrier) {
  ASSERT_EQ(world().pay(order).kind(), EventAnswer::Kind::Done);

  ASSERT_THAT(world().cancel(order), Succeeds());
  EXPECT_EQ(world().carrier.calls, 0);
}

TEST_P(ShippingPortContract, RefusesToCancelWhatTheCarrierHas) {
  paid_and_booked();
  world().collected(order);

  EXPECT_THAT(world().cancel(order), BreaksRule("shipping.already_dispatched"));
  world().background();
  EXPECT_EQ(world().state(order), InTransit);
  EXPECT_THAT(world().cancel(order), BreaksRule("shipping.already_dispatched"));
}

TEST_P(ShippingPortContract, CancelsOnlyWhenTheCarrierHasAgreed) {
  paid_and_booked();
  world().carrier.is_unreachable = true;
  EXPECT_THAT(world().cancel(order), BreaksRule("shipping.carrier_unreachable"));
  EXPECT_EQ(world().state(order), Booked);

  world().carrier.is_unreachable = false;
  world().background_for_long();
  EXPECT_EQ(world().state(order), Cancelled);
  EXPECT_THAT(world().cancel(order), Succeeds());
}

TEST_P(ShippingPortContract, ListsWhatIsPaidAndNotBookedOverItsPages) {
  world().customers.has_address = false;
  std::vector<OrderId> paid;
  for (std::uint64_t number = 1; number <= 5; ++number) {
    paid.push_back(ShippingWorld::order(number));
    ASSERT_EQ(world().pay(paid.back()).kind(), EventAnswer::Kind::Done);
    if (number != 2) world().clock.advance(std::chrono::minutes(1));
  }
  world().background();
  world().clock.advance(std::chrono::hours(2));
  ASSERT_EQ(world().pay(ShippingWorld::order(6)).kind(), EventAnswer::Kind::Done);

  std::vector<OrderId> seen;
  ListOverdueConsignments question{.hours = 2, .cursor = {}, .limit = 2};
  do {
    const auto page = world().port().handle(question, world().context());
    ASSERT_THAT(page, Succeeds());
    for (const auto& each : page->consignments) {
      seen.push_back(each.order);
      EXPECT_NE(each.problem.value_or("").find("shipping.no_address"), std::string::npos);
    }
    question.cursor = page->next_cursor;
  } while (question.cursor);

  std::ranges::sort(seen);
  std::ranges::sort(paid);
  EXPECT_EQ(seen, paid);
  std::vector<std::string> cursors = banyan::contract::made_up_cursors("overdue");
  cursors.push_back(banyan::make_cursor("overdue", std::string_view("1 \0", 3)));
  for (const std::string& cursor : cursors) {
    EXPECT_THAT(world().port().handle(ListOverdueConsignments{{}, cursor, {}}, world().context()),
                BreaksRule("shipping.bad_cursor"));
  }
  EXPECT_THAT(world().port().handle(ListOverdueConsignments{{}, {}, 201}, world().context()),
              BreaksRule("shipping.bad_limit"));
}

}  // namespace
}  // namespace banyan::contract
