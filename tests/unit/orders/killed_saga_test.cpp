// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {

void PrintTo(Trouble trouble, std::ostream* out);

namespace {

using banyan::contract::kFive;
using ::testing::Combine;
using ::testing::Values;

std::string name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::DieBefore: return "die_before";
    case Trouble::DieAfter: return "die_after";
    case Trouble::Unreachable: return "unreachable";
    case Trouble::AnswerLost: return "answer_lost";
    case Trouble::Late: return "late";
  }
  return "";
}

using Point = std::tuple<bool, int, Trouble>;

std::string name_of_point(const ::testing::TestParamInfo<Point>& info) {
  const auto& [on_tables, call, trouble] = info.param;
  return std::string(on_tables ? "sql" : "memory") + "_call_" + std::to_string(call) + '_' +
         name_of(trouble);
}

/// The process that drives an order dies, or loses touch with the warehouse, at one call of it.
class SagaAtAnyPoint : public ::testing::TestWithParam<Point> {
 protected:
  SagaWorld world{std::get<0>(GetParam())};
  void trouble_at_call(int offset) {
    world.troubles.at[offset + std::get<1>(GetParam())] = std::get<2>(GetParam());
  }
  /// Runs what may die.
  template <class F>
  static void in_a_process(F&& body) {
    try {
      body();
    } catch (const ProcessDied&) {
    }
  }
};

TEST_P(SagaAtAnyPoint, SellsAnOrderExactlyOnce) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });

  world.run_to_the_end();

  ASSERT_EQ(world.count_orders(), 1U);
  EXPECT_EQ(world.order().state, OrderState::Paid);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 3, 0, 3}));
  EXPECT_EQ(world.payments.taken(), world.order().total.minor_units);
}

TEST_P(SagaAtAnyPoint, AnswersARepetitionWithTheSameOrder) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });
  world.clock.advance(world.policy.lease + world.policy.longest_backoff);

  const auto again = world.place("key");

  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->state, OrderState::Paid);
  EXPECT_EQ(world.count_orders(), 1U);
  EXPECT_EQ(world.stock().on_hand, 3);
}

TEST_P(SagaAtAnyPoint, HasOneHistory) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });
  world.run_to_the_end();

  const auto history = world.history(world.order().id);
  ASSERT_EQ(history.size(), 3U);
  EXPECT_EQ(history[0].what, "placed");
  EXPECT_EQ(history[1].what, "reserved");
  EXPECT_EQ(history[2].what, "paid");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, SagaAtAnyPoint,
                         Combine(Values(false, true), Values(0, 1, 2, 3),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);

/// A refusal needs one call only.
class RefusingAtAnyPoint : public SagaAtAnyPoint {};

TEST_P(RefusingAtAnyPoint, RefusesWhatIsOutOfStockForGood) {
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key", 6).has_value(); });
  world.run_to_the_end();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::OutOfStock);
  EXPECT_THAT(world.place("key", 6), BreaksRule("orders.out_of_stock"));
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, RefusingAtAnyPoint,
                         Combine(Values(false, true), Values(0),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);

/// The money is refused when the stock is held already: two calls, and one to undo.
class DecliningAtAnyPoint : public SagaAtAnyPoint {};

TEST_P(DecliningAtAnyPoint, GivesTheStockBackAndTakesNoMoney) {
  world.payments.limit = 100;
  trouble_at_call(0);
  in_a_process([&] { (void)world.place("key").has_value(); });
  world.run_to_the_end();
  world.troubles.deliver_late();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::PaymentDeclined);
  EXPECT_THAT(world.place("key"), BreaksRule("orders.payment_declined"));
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
  EXPECT_EQ(world.payments.taken(), 0);
  const auto steps = world.saga().steps;
  EXPECT_EQ(steps.at(0).state, banyan::StepState::Undone);
  // The first request for the money, of which nobody heard, might have held some.
  const bool asked_twice = std::get<1>(GetParam()) == 1;
  EXPECT_EQ(steps.at(1).state,
            asked_twice ? banyan::StepState::Undone : banyan::StepState::Refused);
  EXPECT_EQ(steps.at(1).undoing.calls, asked_twice ? 1 : 0);
  EXPECT_EQ(steps.at(2).doing.calls, 0);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, DecliningAtAnyPoint,
                         Combine(Values(false, true), Values(0, 1, 2),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);

/// The order is reserved or still placed when it is cancelled, and then the trouble begins.
class CancellingAtAnyPoint : public SagaAtAnyPoint {};

TEST_P(CancellingAtAnyPoint, GivesTheStockBackExactlyOnce) {
  // Call 0 is the reservation: its answer is lost, so the order is placed and the stock is held.
  world.troubles.at[0] = Trouble::AnswerLost;
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Placed);
  ASSERT_EQ(world.stock().reserved, 2);

  trouble_at_call(1);
  in_a_process([&] { (void)world.cancel(placed->id).has_value(); });
  world.run_to_the_end();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::ByCustomer);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
}

INSTANTIATE_TEST_SUITE_P(Everywhere, CancellingAtAnyPoint,
                         Combine(Values(false, true), Values(0),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);

TEST(Cancelling, HoldsNothingWhenTheReservationComesTooLate) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::Unreachable;
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_THAT(world.cancel(placed->id), Succeeds());

  // The request that seemed lost arrives after all.
  const auto late = world.warehouse().handle(
      warehouse::ReserveStock{warehouse::OrderId::parse(placed->id.str()).value(),
                              {{placed->lines[0].track, 2}}},
      world.context().with_key("late"));

  EXPECT_THAT(late, BreaksRule("warehouse.reservation_released"));
  EXPECT_EQ(world.stock().reserved, 0);
}

TEST(Cancelling, TakesASaleBackThatTheWarehouseMadeBefore) {
  SagaWorld world(false);
  world.troubles.at[2] = Trouble::AnswerLost;  // sold, and nobody has heard of it
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Reserved);

  const auto cancelled = world.cancel(placed->id);
  ASSERT_THAT(cancelled, Succeeds());
  EXPECT_EQ(cancelled->state, OrderState::Cancelled);
  EXPECT_EQ(cancelled->cancel_reason, CancelReason::ByCustomer);
  EXPECT_EQ(world.stock().on_hand, 5);
  EXPECT_EQ(world.payments.taken(), 0);
}

TEST(Cancelling, VoidsAPaymentWhoseAnswerWasLost) {
  SagaWorld world(false);
  world.troubles.at[1] = Trouble::AnswerLost;
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(world.payments.held(), 1U);
  ASSERT_THAT(world.cancel(placed->id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.payments.held(), 0U);
  EXPECT_EQ(world.stock().reserved, 0);
}

TEST(Cancelling, IsToldByNameThatASagaIsBusyPastItsPointOfNoReturn) {
  SagaWorld world(false);
  world.troubles.at[3] = Trouble::Unreachable;  // sold, and the money not yet taken
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  const auto refused = world.cancel(placed->id);
  ASSERT_THAT(refused, BreaksRule("orders.busy"));
  EXPECT_TRUE(refused.error().retry_after) << "whoever asks is told when to come back";
  world.run_to_the_end();
  EXPECT_EQ(world.order().state, OrderState::Paid);
  ASSERT_THAT(world.cancel(placed->id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Cancelled);
}

/// A paid order is cancelled: shipping, payments, warehouse; and then the trouble begins.
class CancellingAPaidOrder : public SagaAtAnyPoint {};

TEST_P(CancellingAPaidOrder, GivesStockAndMoneyBackExactlyOnce) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  ASSERT_EQ(placed->state, OrderState::Paid);
  trouble_at_call(world.troubles.calls);
  in_a_process([&] { (void)world.cancel(placed->id).has_value(); });
  world.run_to_the_end();
  world.troubles.deliver_late();

  EXPECT_EQ(world.order().state, OrderState::Cancelled);
  EXPECT_EQ(world.order().cancel_reason, CancelReason::ByCustomer);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
  EXPECT_EQ(world.payments.taken(), 0);
  EXPECT_EQ(world.parcel(placed->id), shipping::ConsignmentState::Cancelled);
}

/// A delivered order is returned, and it is back already when shipping is asked.
class ReturningAnOrder : public SagaAtAnyPoint {};

TEST_P(ReturningAnOrder, GivesStockAndMoneyBackOnceItHasArrived) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.deliver(placed->id);
  trouble_at_call(world.troubles.calls);
  in_a_process([&] { (void)world.return_(placed->id).has_value(); });
  world.run_to_the_end();
  EXPECT_EQ(world.order().state, OrderState::Delivered);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Returning);
  EXPECT_EQ(world.payments.taken(), world.order().total.minor_units);

  world.parcel(placed->id) = shipping::ConsignmentState::Returned;
  world.run_to_the_end();
  world.troubles.deliver_late();
  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
  EXPECT_EQ(world.payments.taken(), 0);
}

/// An order was brought back on its way out: shipping, shipping, warehouse, payments, and trouble
/// at any of them.
class ReturningWhatWasBroughtBack : public SagaAtAnyPoint {};

TEST_P(ReturningWhatWasBroughtBack, GivesStockAndMoneyBackWithoutWaitingForAnotherParcel) {
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.bring_back(placed->id);
  ASSERT_EQ(world.order().state, OrderState::Shipped);
  trouble_at_call(world.troubles.calls);
  in_a_process([&] { (void)world.return_(placed->id).has_value(); });
  world.run_to_the_end();
  world.troubles.deliver_late();

  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.stock(), (warehouse::Stock{world.stock().track, 5, 0, 5}));
  EXPECT_EQ(world.payments.taken(), 0);
}

INSTANTIATE_TEST_SUITE_P(Everywhere, ReturningWhatWasBroughtBack,
                         Combine(Values(false, true), Values(0, 1, 2, 3),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);
INSTANTIATE_TEST_SUITE_P(Everywhere, CancellingAPaidOrder,
                         Combine(Values(false, true), Values(0, 1, 2),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);
INSTANTIATE_TEST_SUITE_P(Everywhere, ReturningAnOrder,
                         Combine(Values(false, true), Values(0, 1),
                                 Values(Trouble::DieBefore, Trouble::DieAfter, Trouble::Unreachable,
                                        Trouble::AnswerLost, Trouble::Late)),
                         name_of_point);

TEST(CancellingAShippedOrder, IsRefusedByShippingAndChangesNothing) {
  SagaWorld world(false);
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.parcel(placed->id) = shipping::ConsignmentState::InTransit;
  EXPECT_THAT(world.cancel(placed->id), BreaksRule("orders.already_shipped"));
  EXPECT_EQ(world.order().state, OrderState::Paid);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.payments.taken(), placed->total.minor_units);
}

TEST(Returning, OfWhatIsOnItsWayIsRefusedByShippingAndChangesNothing) {
  SagaWorld world(false);
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  world.dispatch(placed->id);
  const auto placing = world.saga().id;
  EXPECT_THAT(world.return_(placed->id), BreaksRule("orders.not_returnable"));
  EXPECT_EQ(world.saga().id, placing) << "who asks again and again leaves nothing behind";
  EXPECT_EQ(world.order().state, OrderState::Shipped);
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Done);
  EXPECT_EQ(world.payments.taken(), placed->total.minor_units);

  world.bring_back(placed->id);
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  EXPECT_EQ(world.order().state, OrderState::Returned);
  EXPECT_EQ(world.payments.taken(), 0);
}

TEST(Returning, IsForWhatIsDelivered) {
  SagaWorld world(false);
  const auto placed = world.place("key");
  ASSERT_THAT(placed, Succeeds());
  EXPECT_THAT(world.return_(placed->id), BreaksRule("orders.not_returnable"));
  world.deliver(placed->id);
  ASSERT_THAT(world.return_(placed->id), Succeeds());
  EXPECT_THAT(world.cancel(placed->id), BreaksRule("orders.busy"));
  const auto again = world.return_(placed->id);
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->fulfilment, Fulfilment::Returning);
}

TEST(DeadPayments, LeaveAloneWhoeverDoesNotNeedThem) {
  SagaWorld world(false);
  const auto delivered = world.place("first", 1);
  ASSERT_THAT(delivered, Succeeds());
  world.deliver(delivered->id);
  world.troubles.unreachable = "payments";
  for (int i = 0; i < 10; ++i) {
    ASSERT_THAT(world.place(std::to_string(i), 1, banyan::contract::kPlenty), Succeeds());
  }
  ASSERT_THAT(world.return_(delivered->id), Succeeds());
  world.parcel(delivered->id) = shipping::ConsignmentState::Returned;
  world.run_to_the_end();
  // Its stock is back on the shelf, whatever waits for payments before it in the list.
  EXPECT_EQ(world.stock().on_hand, 5);
  world.troubles.unreachable.clear();
  world.run_to_the_end();
  for (const OrderSummary& each : world.orders()) EXPECT_EQ(each.fulfilment, Fulfilment::Done);
}

TEST(UnreachableWarehouse, LeavesTheOrderPlacedAndSaysWhy) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;

  const auto placed = world.place("key");

  ASSERT_THAT(placed, Succeeds());
  EXPECT_EQ(placed->state, OrderState::Placed);
  EXPECT_EQ(placed->fulfilment, Fulfilment::InProgress);
  EXPECT_THAT(placed->problem.value_or(""), ::testing::HasSubstr("banyan.unreachable"));
}

TEST(UnreachableWarehouse, IsNotAskedAgainBeforeTheWaitIsOver) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;
  ASSERT_THAT(world.place("key"), Succeeds());

  world.run_once();
  EXPECT_EQ(world.troubles.calls, 1);
  world.clock.advance(world.policy.first_backoff);
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 2);
  world.clock.advance(world.policy.first_backoff);
  world.run_once();
  EXPECT_EQ(world.troubles.calls, 2);  // it waits twice as long now
}

TEST(UnreachableWarehouse, CostsAnOrderNoAttemptsHoweverLong) {
  SagaWorld world(false);
  world.troubles.always_unreachable = true;
  ASSERT_THAT(world.place("key"), Succeeds());
  world.run_to_the_end();
  EXPECT_EQ(world.order().fulfilment, Fulfilment::InProgress);
  EXPECT_GT(world.troubles.calls, 10 * world.policy.max_attempts);
  EXPECT_EQ(world.saga().attempts, 0);
  EXPECT_EQ(world.saga().blocked_on, "warehouse");

  world.troubles.always_unreachable = false;
  world.run_to_the_end();
  EXPECT_EQ(world.order().state, OrderState::Paid);
}

TEST(UnreachableWarehouse, IsProbedByOneOrderAndThenAllGoOn) {
  constexpr int kOrders = 50;
  SagaWorld world(false);
  world.troubles.always_unreachable = true;
  for (int i = 0; i < kOrders; ++i) {
    ASSERT_THAT(world.place("key " + std::to_string(i), 1, banyan::contract::kPlenty), Succeeds());
  }
  // The first few found it out; the others did not ask any more.
  EXPECT_EQ(world.troubles.calls, world.policy.unanswered_in_a_row);

  for (int round = 0; round < 20; ++round) {
    const int before = world.troubles.calls;
    world.clock.advance(world.policy.longest_backoff);
    world.run_once();
    EXPECT_EQ(world.troubles.calls, before + 1);
  }
  world.troubles.always_unreachable = false;
  world.clock.advance(world.policy.longest_backoff);
  for (int round = 0; round < 5; ++round) {
    world.run_once();
    world.clock.advance(world.policy.first_backoff);
    world.clock.advance(world.policy.first_backoff);
    world.clock.advance(world.policy.first_backoff);
    world.clock.advance(world.policy.first_backoff);
  }
  for (const OrderSummary& each : world.orders()) EXPECT_EQ(each.state, OrderState::Paid);
  EXPECT_EQ(world.stock(banyan::contract::kPlenty).on_hand, 100 - kOrders);
}

TEST(BrokenWarehouse, StopsTheOrderAfterManyAttemptsUntilSomebodyResumesIt) {
  SagaWorld world(false);
  world.troubles.always_broken = true;
  ASSERT_THAT(world.place("key"), Succeeds());

  world.run_to_the_end();
  EXPECT_EQ(world.order().fulfilment, Fulfilment::Stuck);
  EXPECT_EQ(world.troubles.calls, world.policy.max_attempts);
  EXPECT_EQ(world.saga().steps.at(0).doing.calls, world.policy.max_attempts);

  world.troubles.always_broken = false;
  const auto resumed = world.resume(world.order().id);
  ASSERT_THAT(resumed, Succeeds());
  EXPECT_EQ(resumed->state, OrderState::Paid);
}

TEST(Lease, KeepsASecondDriverAwayUntilItRunsOut) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::DieBefore;
  EXPECT_THROW((void)world.place("key").has_value(), ProcessDied);

  world.run_once();
  EXPECT_EQ(world.troubles.calls, 1);
  const auto again = world.place("key");
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->state, OrderState::Placed);
  world.clock.advance(world.policy.lease);
  world.run_once();
  EXPECT_EQ(world.order().state, OrderState::Paid);
}

TEST(Lease, IsLostToWhoeverTookItMeanwhile) {
  SagaWorld world(false);
  world.troubles.at[0] = Trouble::DieBefore;
  EXPECT_THROW((void)world.place("key").has_value(), ProcessDied);
  world.clock.advance(world.policy.lease);
  world.run_once();
  ASSERT_EQ(world.order().state, OrderState::Paid);

  EXPECT_EQ(world.troubles.done["reserve_stock"], 1);
  EXPECT_EQ(world.troubles.done["confirm_reservation"], 1);
  EXPECT_EQ(world.troubles.done["capture"], 1);
}

}  // namespace

void PrintTo(Trouble trouble, std::ostream* out) { *out << name_of(trouble); }

}  // namespace orders::testing
