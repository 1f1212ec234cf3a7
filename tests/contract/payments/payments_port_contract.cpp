// SPDX-License-Identifier: Apache-2.0
#include "contract/payments/payments_port_contract.hpp"

#include <atomic>
#include <thread>

#include "contract/laws_of_participants.hpp"
#include "contract/matchers.hpp"

namespace banyan::contract {

using ::payments::CustomerId;
using ::payments::OrderId;
using ::payments::Payment;
using ::payments::PaymentState;
using ::payments::ProviderAnswer;
using ::payments::ProviderStatus;
using ::payments::RefundState;

namespace {

template <class IdType>
IdType id(std::uint64_t number) {
  SeededRandom random(number);
  return IdType::make({1'700'000'000'000'000}, random);
}

const OrderId kOrder = id<OrderId>(1);
const CustomerId kCustomer = id<CustomerId>(2);

}  // namespace

Result<Payment> PaymentsPortContract::authorise(const OrderId& order, std::int64_t cents) {
  return payments().handle(::payments::Authorise{order, kCustomer, {cents, "EUR"}, "card:tok_visa"},
                           any_context());
}
Result<Payment> PaymentsPortContract::capture(const OrderId& order) {
  return payments().handle(::payments::Capture{order}, any_context());
}
Result<Payment> PaymentsPortContract::give_up(const OrderId& order) {
  return payments().handle(::payments::Void{order}, any_context());
}
Result<Payment> PaymentsPortContract::refund(const OrderId& order, const std::string& refund_id,
                                             std::int64_t cents) {
  return payments().handle(::payments::Refund{order, refund_id, cents}, any_context());
}
Result<Payment> PaymentsPortContract::get(const OrderId& order) {
  return payments().handle(::payments::GetPayment{order}, any_context());
}
Result<Payment> PaymentsPortContract::note(const OrderId& order, ProviderAnswer result) {
  return payments().handle(::payments::NoteProviderResult{order, std::move(result)}, any_context());
}

std::optional<Money> PaymentsPortContract::money_of(const OrderId& order) {
  const auto payment = get(order);
  if (!payment) {
    EXPECT_THAT(payment, BreaksRule("payments.unknown_payment"));
    return std::nullopt;
  }
  const bool moved =
      payment->state == PaymentState::Authorised || payment->state == PaymentState::Captured;
  if (!moved) return std::nullopt;
  return Money{payment->amount->minor_units - payment->refunded, payment->amount->currency};
}

namespace {

TEST_P(PaymentsPortContract, HoldsTheMoneyForAnOrder) {
  const auto payment = authorise(kOrder, 1'299);

  ASSERT_THAT(payment, Succeeds());
  EXPECT_EQ(payment->state, PaymentState::Authorised);
  EXPECT_EQ(payment->amount, (Money{1'299, "EUR"}));
  EXPECT_EQ(payment->customer, kCustomer);
  EXPECT_EQ(payment->method, "card:tok_visa");
  EXPECT_EQ(get(kOrder), *payment);
}

TEST_P(PaymentsPortContract, KnowsNothingOfAnOrderThatNobodyPaysFor) {
  EXPECT_THAT(get(kOrder), BreaksRule("payments.unknown_payment"));
  EXPECT_THAT(capture(kOrder), BreaksRule("payments.unknown_payment"));
  EXPECT_THAT(refund(kOrder, "r", 1), BreaksRule("payments.unknown_payment"));
  EXPECT_THAT(note(kOrder, {.status = ProviderStatus::Captured}),
              BreaksRule("payments.unknown_payment"));
}

TEST_P(PaymentsPortContract, RefusesWhatNobodyCanPay) {
  EXPECT_THAT(authorise(kOrder, 0), BreaksRule("payments.bad_amount"));
  EXPECT_THAT(authorise(kOrder, 1'000'000'001), BreaksRule("payments.bad_amount"));
  EXPECT_THAT(
      payments().handle(::payments::Authorise{kOrder, kCustomer, {1, "EUR"}, ""}, any_context()),
      BreaksRule("payments.bad_method"));
  EXPECT_THAT(get(kOrder), BreaksRule("payments.unknown_payment"));
}

::payments::Authorise some_payment() { return {kOrder, kCustomer, {500, "EUR"}, "card:tok_visa"}; }

TEST_P(PaymentsPortContract, KeepsTheLawsOfParticipantsDoTwiceIsDoOnce) {
  expect_twice_is_once(asking(payments(), some_payment()), [&] { return money_of(kOrder); });
  expect_twice_is_once(asking(payments(), ::payments::Capture{kOrder}),
                       [&] { return money_of(kOrder); });
  expect_twice_is_once(asking(payments(), ::payments::Refund{kOrder, "r1", 200}),
                       [&] { return money_of(kOrder); });
  EXPECT_EQ(money_of(kOrder), (Money{300, "EUR"}));
  EXPECT_EQ(authorise(kOrder, 500), get(kOrder).value()) << "what was taken is held no less";
}

TEST_P(PaymentsPortContract, KeepsTheLawsOfParticipantsUndoneForGood) {
  expect_undone_for_good(asking(payments(), some_payment()),
                         asking(payments(), ::payments::Void{kOrder}),
                         [&] { return money_of(kOrder); });
  EXPECT_EQ(get(kOrder)->state, PaymentState::Voided);
  EXPECT_THAT(capture(kOrder), BreaksRule("payments.voided"));
}

TEST_P(PaymentsPortContract, KeepsTheLawsOfParticipantsUndoBeforeDoIsNever) {
  expect_undo_first_is_never_do(asking(payments(), some_payment()),
                                asking(payments(), ::payments::Void{kOrder}),
                                [&] { return money_of(kOrder); });
  EXPECT_EQ(get(kOrder)->amount, std::nullopt);
  EXPECT_THAT(capture(kOrder), BreaksRule("payments.voided"));
}

TEST_P(PaymentsPortContract, GivesAnOrderOneAnswer) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());

  EXPECT_THAT(authorise(kOrder, 501), BreaksRule("payments.differs"));
  EXPECT_THAT(payments().handle(
                  ::payments::Authorise{kOrder, id<CustomerId>(9), {500, "EUR"}, "card:tok_visa"},
                  any_context()),
              BreaksRule("payments.differs"));
  EXPECT_THAT(authorise(id<OrderId>(3), 501), Succeeds());
}

TEST_P(PaymentsPortContract, RemembersThatItWasDeclined) {
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(authorise(kOrder, 100'001), BreaksRule("payments.declined"));
  }
  EXPECT_THAT(capture(kOrder), BreaksRule("payments.declined"));
  EXPECT_THAT(refund(kOrder, "r", 1), BreaksRule("payments.not_captured"));

  // Nothing is held, so there is nothing to undo.
  const auto undone = give_up(kOrder);
  ASSERT_THAT(undone, Succeeds());
  EXPECT_EQ(undone->state, PaymentState::Declined);
  EXPECT_NE(undone->reason, std::nullopt);
}

TEST_P(PaymentsPortContract, DoesNotGiveUpWhatWasTaken) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());
  EXPECT_THAT(refund(kOrder, "early", 100), BreaksRule("payments.not_captured"));
  ASSERT_THAT(capture(kOrder), Succeeds());

  EXPECT_THAT(give_up(kOrder), BreaksRule("payments.already_captured"));
  ASSERT_THAT(refund(kOrder, "all", 500), Succeeds());
  EXPECT_THAT(give_up(kOrder), BreaksRule("payments.already_captured"));
}

TEST_P(PaymentsPortContract, GivesBackNoMoreThanWasTaken) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());
  ASSERT_THAT(capture(kOrder), Succeeds());
  ASSERT_THAT(refund(kOrder, "r1", 200), Succeeds());

  EXPECT_THAT(refund(kOrder, "r2", 301), BreaksRule("payments.over_refund"));
  EXPECT_THAT(refund(kOrder, "r1", 201), BreaksRule("payments.differs"));
  EXPECT_THAT(refund(kOrder, "r3", 0), BreaksRule("payments.bad_amount"));
  EXPECT_THAT(refund(kOrder, "two words", 1), BreaksRule("payments.bad_refund"));

  const auto rest = refund(kOrder, "r2", 300);
  ASSERT_THAT(rest, Succeeds());
  EXPECT_EQ(rest->state, PaymentState::Refunded);
  EXPECT_EQ(rest->refunded, 500);
  EXPECT_EQ(rest->refunds, (std::vector<::payments::PaymentRefund>{
                               {"r1", 200, RefundState::Done}, {"r2", 300, RefundState::Done}}));
  EXPECT_EQ(capture(kOrder), *rest);
  EXPECT_THAT(refund(kOrder, "r4", 1), BreaksRule("payments.over_refund"));
}

TEST_P(PaymentsPortContract, LearnsFromTheProviderInAnyOrderAndTwice) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());
  const auto taken = capture(kOrder);
  ASSERT_THAT(taken, Succeeds());

  EXPECT_EQ(note(kOrder, {.status = ProviderStatus::Authorised, .amount = Money{500, "EUR"}}),
            *taken);
  EXPECT_EQ(note(kOrder, {.status = ProviderStatus::Captured}), *taken);
  EXPECT_EQ(note(kOrder, {}), *taken);
}

TEST_P(PaymentsPortContract, BelievesNoNoteOfMoneyThatTheProviderHasNotMoved) {
  const auto held = authorise(kOrder, 500);
  ASSERT_THAT(held, Succeeds());
  for (const ProviderStatus status :
       {ProviderStatus::Captured, ProviderStatus::Declined, ProviderStatus::Voided}) {
    EXPECT_THAT(note(kOrder, {.status = status}), BreaksRule("payments.books_differ"));
    EXPECT_EQ(get(kOrder), *held);
  }
}

TEST_P(PaymentsPortContract, BelievesNothingThatCannotBe) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());
  EXPECT_THAT(note(kOrder, {.status = ProviderStatus::Authorised, .amount = Money{501, "EUR"}}),
              BreaksRule("payments.books_differ"));
  const auto taken = capture(kOrder);
  ASSERT_THAT(taken, Succeeds());

  for (const ProviderStatus status : {ProviderStatus::Declined, ProviderStatus::Voided}) {
    EXPECT_THAT(note(kOrder, {.status = status}), BreaksRule("payments.books_differ"));
  }
  EXPECT_THAT(note(kOrder, {.status = ProviderStatus::Captured, .refunds = {{"whose", 5}}}),
              BreaksRule("payments.books_differ"));
  EXPECT_EQ(get(kOrder), *taken);
}

TEST_P(PaymentsPortContract, TakesTheMoneyOnceHoweverManyAskAtOnce) {
  ASSERT_THAT(authorise(kOrder, 500), Succeeds());
  std::atomic<int> captured = 0;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 6; ++i) {
    callers.emplace_back([&] {
      if (capture(kOrder)) ++captured;
    });
  }
  callers.clear();

  EXPECT_EQ(captured, 6);
  EXPECT_EQ(get(kOrder)->state, PaymentState::Captured);
}

}  // namespace
}  // namespace banyan::contract
