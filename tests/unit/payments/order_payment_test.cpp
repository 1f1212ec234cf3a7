// SPDX-License-Identifier: Apache-2.0
#include "domain/order_payment.hpp"

#include "contract/matchers.hpp"
#include "test_ids.hpp"

namespace payments {
namespace {

using Kind = NextStep::Kind;

const Authorise kRequest{id<OrderId>(1), id<CustomerId>(2), {500, "EUR"}, "card:tok_visa"};

OrderPayment in(PaymentState state, Asked asked = Asked::Nothing) {
  Payment payment = OrderPayment::requested(kRequest).data();
  payment.state = state;
  if (state == PaymentState::Refunded) {
    payment.refunds = {{"all", 500, RefundState::Done}};
    payment.refunded = 500;
  }
  return OrderPayment::stored(payment, asked);
}

/// The name of the rule that it breaks, or what is to be asked next.
template <class T>
std::string told(const banyan::Result<T>& result) {
  if (!result) return result.error().rule;
  if constexpr (std::is_same_v<T, NextStep>) {
    constexpr std::array kNames{"settled", "authorise", "capture", "void", "refund"};
    return std::string(result->first_time ? "ask: " : "") +
           kNames.at(static_cast<std::size_t>(result->kind));
  }
  return "learned";
}

TEST(OrderPayment, IsAskedForWithAnyWordThatVersionsBeforeTook) {
  Authorise request = kRequest;
  for (const std::string& word :
       {std::string("card"), std::string("invoice"), std::string("gold"), std::string(64, '~')}) {
    request.method = word;
    EXPECT_THAT(check(request), Succeeds()) << word;
  }
  for (const std::string& word : {std::string(), std::string("a b"), std::string("\xC3\xA4"),
                                  std::string("a\n"), std::string(65, '~')}) {
    request.method = word;
    EXPECT_THAT(check(request), BreaksRule("payments.bad_method")) << word;
  }
}

// The whole table of what a command comes to in each state. Whatever is not "ask" or "settled" is
// refused by name, or goes on with what was asked before.
TEST(OrderPayment, AnswersEveryCommandInEveryState) {
  struct Row {
    OrderPayment payment;
    std::string authorise, capture, give_up, refund;
  };
  using enum PaymentState;
  const std::vector<Row> table = {
      {in(Requested, Asked::Authorise), "authorise", "authorise", "ask: void",
       "payments.not_captured"},
      {in(Requested, Asked::Void), "void", "void", "void", "payments.not_captured"},
      {in(Authorised), "settled", "ask: capture", "ask: void", "payments.not_captured"},
      {in(Authorised, Asked::Capture), "settled", "capture", "capture", "capture"},
      {in(Authorised, Asked::Void), "void", "void", "void", "payments.not_captured"},
      {in(Declined), "payments.declined", "payments.declined", "settled", "payments.not_captured"},
      {in(Captured), "settled", "settled", "payments.already_captured", "ask: refund"},
      {in(Voided), "payments.voided", "payments.voided", "settled", "payments.not_captured"},
      {in(Refunded), "settled", "settled", "payments.already_captured", "payments.over_refund"},
  };
  for (const Row& row : table) {
    const auto which = [&] {
      return testing::Message() << "state " << static_cast<int>(row.payment.data().state)
                                << ", asked " << static_cast<int>(row.payment.asked());
    };
    OrderPayment payment = row.payment;
    EXPECT_EQ(told(payment.authorise(kRequest)), row.authorise) << which();
    EXPECT_EQ(told((payment = row.payment).capture()), row.capture) << which();
    EXPECT_EQ(told((payment = row.payment).give_up()), row.give_up) << which();
    EXPECT_EQ(told((payment = row.payment).refund({kRequest.order, "r", 500})), row.refund)
        << which();
  }
}

// The whole table of what can be learned in each state: where the payment is then, or that it
// cannot be.
TEST(OrderPayment, LearnsEveryStatusInEveryState) {
  using enum PaymentState;
  using S = ProviderStatus;
  const std::vector<S> statuses = {S::Unknown, S::Authorised, S::Declined, S::Captured, S::Voided};
  const std::optional<PaymentState> cannot_be;
  const std::vector<std::pair<PaymentState, std::vector<std::optional<PaymentState>>>> table = {
      {Requested, {Requested, Authorised, Declined, Captured, Voided}},
      {Authorised, {Authorised, Authorised, cannot_be, Captured, Voided}},
      {Declined, {Declined, cannot_be, Declined, cannot_be, Declined}},
      {Captured, {Captured, Captured, cannot_be, Captured, cannot_be}},
      {Voided, {Voided, Voided, Voided, cannot_be, Voided}},
      {Refunded, {Refunded, Refunded, cannot_be, Refunded, cannot_be}},
  };
  for (const auto& [state, results] : table) {
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      OrderPayment payment = in(state, state == Requested ? Asked::Authorise : Asked::Nothing);
      const OrderPayment before = payment;
      const auto learned =
          payment.learn({.status = statuses[i], .amount = banyan::Money{500, "EUR"}});
      EXPECT_EQ(learned.has_value(), results[i].has_value())
          << static_cast<int>(state) << " learns " << i;
      if (results[i]) {
        EXPECT_EQ(payment.data().state, *results[i]) << static_cast<int>(state) << i;
      } else {
        EXPECT_THAT(learned, BreaksRule("payments.books_differ"));
        EXPECT_EQ(payment, before);
      }
    }
  }
}

TEST(OrderPayment, IsStillToBeVoidedWhenItIsLearnedThatThereIsSomethingToVoid) {
  OrderPayment payment = in(PaymentState::Requested, Asked::Void);
  ASSERT_THAT(payment.learn({.status = ProviderStatus::Authorised}), Succeeds());
  EXPECT_EQ(payment.asked(), Asked::Void);
  ASSERT_THAT(payment.learn({.status = ProviderStatus::Voided}), Succeeds());
  EXPECT_EQ(payment.asked(), Asked::Nothing);
}

TEST(OrderPayment, PromisesNoMoreThanWasTakenWhileRefundsAreUnknown) {
  OrderPayment payment = in(PaymentState::Captured);
  EXPECT_EQ(told(payment.refund({kRequest.order, "r1", 300})), "ask: refund");
  EXPECT_EQ(told(payment.refund({kRequest.order, "r1", 300})), "refund");
  EXPECT_EQ(told(payment.refund({kRequest.order, "r2", 201})), "payments.over_refund");

  payment.refund_refused("r1");
  EXPECT_EQ(told(payment.refund({kRequest.order, "r1", 300})), "payments.refund_refused");
  EXPECT_EQ(told(payment.refund({kRequest.order, "r2", 201})), "ask: refund");

  // The provider had only seemed to refuse it: what happened has happened.
  ASSERT_THAT(payment.learn({.status = ProviderStatus::Captured, .refunds = {{"r1", 300}}}),
              Succeeds());
  EXPECT_EQ(payment.data().refunded, 300);
}

}  // namespace
}  // namespace payments
