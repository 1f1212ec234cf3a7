// SPDX-License-Identifier: Apache-2.0
// Money stays with the party that was asked for it, whoever stands behind payments::Provider later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

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

/// Does what it is asked, and needs so long to say so that a caller may have gone by then.
class SlowProvider final : public Provider {
 public:
  SlowProvider(ProviderWithBooks& books, banyan::ManualClock& clock,
               std::chrono::milliseconds answer_time)
      : books_(books), clock_(clock), answer_time_(answer_time) {}

  std::string name() const override { return books_.name(); }
  banyan::Result<ProviderAnswer> authorise(const ProviderRequest& request,
                                           const banyan::Context& context) override {
    return late(books_.authorise(request, context), context);
  }
  banyan::Result<ProviderAnswer> capture(const OrderId& reference, const banyan::Money& amount,
                                         const banyan::Context& context) override {
    return late(books_.capture(reference, amount, context), context);
  }
  banyan::Result<ProviderAnswer> void_(const OrderId& reference,
                                       const banyan::Context& context) override {
    return late(books_.void_(reference, context), context);
  }
  banyan::Result<ProviderAnswer> refund(const OrderId& reference, const std::string& refund,
                                        const banyan::Money& amount,
                                        const banyan::Context& context) override {
    return late(books_.refund(reference, refund, amount, context), context);
  }
  banyan::Result<ProviderAnswer> look_up(const OrderId& reference,
                                         const banyan::Context& context) override {
    return late(books_.look_up(reference, context), context);
  }

 private:
  banyan::Result<ProviderAnswer> late(banyan::Result<ProviderAnswer> answer,
                                      const banyan::Context& context) {
    const std::chrono::milliseconds left = context.remaining(clock_);
    clock_.advance(std::min(left, answer_time_));
    if (left < answer_time_) {
      return banyan::fail(banyan::ErrorCode::DeadlineExceeded, "test.late", "no answer yet.");
    }
    return answer;
  }

  ProviderWithBooks& books_;
  banyan::ManualClock& clock_;
  const std::chrono::milliseconds answer_time_;
};

TEST_F(PartyOfAPayment, OfAVersionBeforeIsFoundThoughItIsOnlySlow) {
  ASSERT_THAT(authorised_by(cards_), Succeeds());
  ASSERT_THAT(captured_by(cards_), Succeeds());
  put(OrderPayment::stored(stored()->data(), Asked::Nothing));
  // Ahead of the machine's, so that nobody who goes by that one thinks a deadline has passed.
  banyan::ManualClock clock{banyan::Timestamp{1'760'000'000'000'000},
                            banyan::system_clock().steady() + std::chrono::hours(1)};
  SlowProvider slow{cards_, clock, kPatience * 3 / 5};
  const auto once_more = [&] {
    return refund(UseCaseContext{*store_, slow, clock}, {order_, "all", 500},
                  banyan::Context::begin(kPatience, clock, banyan::system_random()));
  };
  EXPECT_THAT(once_more(), BreaksRule("payments.provider_unavailable"));
  EXPECT_EQ(stored()->provider(), "cards") << "it is written down whom to ask the next time";
  EXPECT_THAT(once_more(), Succeeds());
  EXPECT_EQ(cards_.account(order_).refunds.at("all"), 500);
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
