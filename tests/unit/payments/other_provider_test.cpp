// SPDX-License-Identifier: Apache-2.0
// Money stays with the party that was asked for it, whoever stands behind payments::Provider later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/use_cases.hpp"
#include "banyan/kernel/saga.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "persistence/memory_payments.hpp"
#include "support/provider_with_books.hpp"
#include "test_ids.hpp"

namespace payments {
namespace {

using banyan::contract::any_context;
using banyan::test::ProviderWithBooks;
using Mood = ProviderWithBooks::Mood;
using testing::HasSubstr;

/// One table of payments, and processes that were started with this party or with that.
class PartyOfAPayment : public testing::Test {
 protected:
  /// A process in which `provider` stands behind the module.
  UseCaseContext process(Provider& provider) { return {*store_, provider, banyan::system_clock()}; }
  banyan::Result<Payment> authorised_by(Provider& provider) {
    return authorise(process(provider), {order_, id<CustomerId>(2), {500, "EUR"}, "card"},
                     any_context());
  }
  banyan::Result<Payment> captured_by(Provider& provider) {
    return capture(process(provider), {order_}, any_context());
  }
  banyan::Result<Payment> voided_by(Provider& provider) {
    return give_up(process(provider), {order_}, any_context());
  }
  banyan::Result<Payment> refunded_by(Provider& provider) {
    return refund(process(provider), {order_, "all", 500}, any_context());
  }
  std::optional<OrderPayment> stored() {
    return store_->read(any_context(),
                        [&](PaymentsReading& payments) { return payments.find(order_); });
  }
  void put(const OrderPayment& payment) {
    ASSERT_THAT(store_->write(any_context(),
                              [&](PaymentsWriting& payments) -> banyan::Result<void> {
                                payments.put(payment, {1});
                                return {};
                              }),
                Succeeds());
  }

  const OrderId order_ = id<OrderId>(1);
  std::unique_ptr<PaymentStore> store_ = make_memory_payment_store(banyan::system_clock(), nullptr);
  ProviderWithBooks cards_{"cards"};
  ProviderWithBooks account_{"account"};
};

TEST_F(PartyOfAPayment, IsWrittenDownBeforeItIsAsked) {
  cards_.mood = [](std::string_view) { return Mood::IsDown; };
  ASSERT_THAT(authorised_by(cards_), BreaksRule("payments.provider_unavailable"));
  EXPECT_EQ(stored()->provider(), "cards");
}

TEST_F(PartyOfAPayment, IsNobodyWhenNobodyWasAsked) {
  ASSERT_THAT(voided_by(cards_), Succeeds());
  EXPECT_EQ(stored()->provider(), std::nullopt);
}

TEST_F(PartyOfAPayment, IsNotReplacedByAnotherOneThatNeverHadTheMoney) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  EXPECT_THAT(captured_by(account_), BreaksRule("payments.other_provider"));
  EXPECT_THAT(voided_by(account_), BreaksRule("payments.other_provider"));
  ASSERT_THAT(captured_by(cards_), Succeeds());

  const auto refused = refunded_by(account_);
  ASSERT_THAT(refused, BreaksRule("payments.other_provider"));
  EXPECT_THAT(refused.error().message, HasSubstr("with cards"));
  EXPECT_THAT(refused.error().message, HasSubstr("reaches account only"));
  // The saga tries again: nothing is refused for good, and nobody waits behind it.
  EXPECT_EQ(banyan::outcome_of(refused.error()), banyan::SagaOutcome::Failed);
  EXPECT_EQ(stored()->data().state, PaymentState::Captured);
  EXPECT_TRUE(stored()->data().refunds.empty());
  EXPECT_EQ(account_.calls("refund") + account_.calls("capture") + account_.calls("void"), 0U);

  ASSERT_THAT(refunded_by(cards_), Succeeds());
  EXPECT_EQ(cards_.account(order_).refunds.at("all"), 500);
}

TEST_F(PartyOfAPayment, IsAskedWhereAnotherOneStandsNowAndReachesIt) {
  ASSERT_THAT(authorised_by(account_), Succeeds());
  ASSERT_THAT(captured_by(account_), Succeeds());
  cards_.other = &account_;

  ASSERT_THAT(refunded_by(cards_), Succeeds());
  EXPECT_EQ(account_.account(order_).refunds.at("all"), 500);
  EXPECT_EQ(cards_.calls("refund"), 0U);
}

TEST_F(PartyOfAPayment, IsLearnedOfAVersionBeforeFromWhoeverAnswersForIt) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  // As the version before has written it.
  put(OrderPayment::stored(stored()->data(), Asked::Nothing));
  ASSERT_EQ(stored()->provider(), std::nullopt);

  ASSERT_THAT(captured_by(cards_), Succeeds());
  EXPECT_EQ(stored()->provider(), "cards");
  EXPECT_THAT(refunded_by(account_), BreaksRule("payments.other_provider"));
}

TEST_F(PartyOfAPayment, OfAVersionBeforeIsWhoeverHasItInItsBooks) {
  ASSERT_THAT(authorised_by(account_), Succeeds());
  ASSERT_THAT(captured_by(account_), Succeeds());
  put(OrderPayment::stored(stored()->data(), Asked::Nothing));

  // Who never had the money takes nothing on, and nothing is written down as asked for.
  EXPECT_THAT(refunded_by(cards_), BreaksRule("payments.other_provider"));
  EXPECT_EQ(stored()->provider(), std::nullopt);
  EXPECT_TRUE(stored()->data().refunds.empty());
  EXPECT_EQ(cards_.calls("refund"), 0U);

  cards_.other = &account_;
  ASSERT_THAT(refunded_by(cards_), Succeeds());
  EXPECT_EQ(stored()->provider(), "account");
  EXPECT_EQ(account_.account(order_).refunds.at("all"), 500);
  EXPECT_EQ(cards_.calls("refund"), 0U);
}

TEST_F(PartyOfAPayment, OfAVersionBeforeIsNobodyWhileTheBooksCannotBeAsked) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  ASSERT_THAT(captured_by(cards_), Succeeds());
  put(OrderPayment::stored(stored()->data(), Asked::Nothing));
  cards_.mood = [](std::string_view) { return Mood::IsDown; };
  cards_.other = &account_;
  EXPECT_THAT(refunded_by(cards_), BreaksRule("payments.provider_unavailable"));
  EXPECT_EQ(stored()->provider(), std::nullopt);
}

TEST_F(PartyOfAPayment, RefusesNoRefundForGoodWhenItsBooksAreBehind) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  ASSERT_THAT(captured_by(cards_), Succeeds());
  // The same party, with the books of another day.
  ProviderWithBooks restored{"cards"};
  EXPECT_THAT(refunded_by(restored), BreaksRule("payments.books_differ"));
  EXPECT_EQ(stored()->data().refunds.at(0).state, RefundState::Requested);

  ASSERT_THAT(refunded_by(cards_), Succeeds());
  EXPECT_EQ(stored()->data().state, PaymentState::Refunded);
}

TEST_F(PartyOfAPayment, SaysWhenItKnowsNothingOfWhatItHolds) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  ProviderWithBooks restored{"cards"};
  // Told, not waited for: a person has to look.
  EXPECT_THAT(captured_by(restored), BreaksRule("payments.books_differ"));
  EXPECT_THAT(captured_by(cards_), Succeeds());
}

}  // namespace
}  // namespace payments
