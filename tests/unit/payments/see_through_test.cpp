// SPDX-License-Identifier: Apache-2.0
// What a command does about a provider that is down, loses answers, or is late.
#include "application/see_through.hpp"

#include <gtest/gtest.h>

#include "application/publish_changes.hpp"
#include "banyan/kernel/bindings.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "payments/events.hpp"
#include "payments/module.hpp"
#include "support/provider_with_books.hpp"
#include "test_ids.hpp"

namespace payments {
namespace {

using banyan::contract::any_context;
using banyan::test::ProviderWithBooks;
using Mood = ProviderWithBooks::Mood;

class MoodyProvider : public testing::Test {
 protected:
  banyan::Result<Payment> authorise() {
    return payments_->handle(Authorise{order_, id<CustomerId>(2), {500, "EUR"}, "card"},
                             any_context());
  }
  banyan::Result<Payment> capture() { return payments_->handle(Capture{order_}, any_context()); }
  banyan::Result<Payment> give_up() { return payments_->handle(Void{order_}, any_context()); }
  banyan::Result<Payment> refund() {
    return payments_->handle(Refund{order_, "r", 200}, any_context());
  }
  PaymentState state() {
    return payments_->handle(GetPayment{order_}, any_context()).value().state;
  }
  /// The next call of that name meets this mood, all others are answered.
  void once(std::string what, Mood mood) {
    provider_.mood = [what, mood, met = false](std::string_view called) mutable {
      if (met || called != what) return Mood::Answers;
      met = true;
      return mood;
    };
  }
  void calm() {
    provider_.mood = [](std::string_view) { return Mood::Answers; };
  }

  const OrderId order_ = id<OrderId>(1);
  ProviderWithBooks provider_;
  std::unique_ptr<Payments> payments_ =
      make_memory_payments({provider_}, banyan::contract::real_environment());
};

TEST_F(MoodyProvider, ThatIsDownDeclinesNothing) {
  provider_.mood = [](std::string_view) { return Mood::IsDown; };
  for (int again = 0; again < 3; ++again) {
    const auto asked = authorise();
    ASSERT_THAT(asked, BreaksRule("payments.provider_unavailable"));
    EXPECT_EQ(asked.error().code, banyan::ErrorCode::Unavailable);
  }
  EXPECT_EQ(state(), PaymentState::Requested);

  calm();
  EXPECT_THAT(authorise(), Succeeds());
  EXPECT_EQ(state(), PaymentState::Authorised);
}

TEST_F(MoodyProvider, ThatLosesAnAnswerIsAskedWhatBecameOfItAndNotAskedTwice) {
  once("authorise", Mood::LosesAnswers);
  ASSERT_THAT(authorise(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(authorise(), Succeeds());
  EXPECT_EQ(provider_.calls("authorise"), 1U);
  EXPECT_EQ(provider_.calls("look_up"), 1U);

  once("capture", Mood::LosesAnswers);
  ASSERT_THAT(capture(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(capture(), Succeeds());
  EXPECT_EQ(provider_.calls("capture"), 1U);

  once("refund", Mood::LosesAnswers);
  ASSERT_THAT(refund(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(refund(), Succeeds());
  EXPECT_EQ(provider_.calls("refund"), 1U);
  EXPECT_EQ(provider_.account(order_).refunds.at("r"), 200);
}

// As a version before has left it on its way: what is refused here is never voided by the saga, and
// the money would be held for good.
TEST_F(MoodyProvider, ThatLosesAnAnswerForAWordOfAVersionBeforeIsAskedWhatBecameOfIt) {
  const Authorise in_flight{order_, id<CustomerId>(2), {500, "EUR"}, "gold"};
  once("authorise", Mood::LosesAnswers);
  ASSERT_THAT(payments_->handle(in_flight, any_context()),
              BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(payments_->handle(in_flight, any_context()), Succeeds());
  EXPECT_EQ(state(), PaymentState::Authorised);
  EXPECT_EQ(provider_.calls("authorise"), 1U);
  EXPECT_EQ(provider_.calls("look_up"), 1U);
  EXPECT_THAT(capture(), Succeeds());
}

TEST_F(MoodyProvider, ThatNeverGotARequestIsAskedAgainAfterALookUp) {
  once("authorise", Mood::IsDown);
  ASSERT_THAT(authorise(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(authorise(), Succeeds());
  EXPECT_EQ(provider_.calls("look_up"), 1U);
  EXPECT_EQ(provider_.calls("authorise"), 2U);
}

TEST_F(MoodyProvider, ThatGetsAnAuthorisationAfterItsVoidHoldsNothing) {
  once("authorise", Mood::AnswersLater);
  ASSERT_THAT(authorise(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(give_up(), Succeeds());
  while (provider_.deliver_late()) {
  }
  EXPECT_EQ(provider_.account(order_).status, ProviderStatus::Voided);
  EXPECT_THAT(authorise(), BreaksRule("payments.voided"));
}

TEST_F(MoodyProvider, ThatLosesAVoidIsAskedUntilItHasHappened) {
  ASSERT_THAT(authorise(), Succeeds());
  once("void", Mood::IsDown);
  ASSERT_THAT(give_up(), BreaksRule("payments.provider_unavailable"));
  // Nobody takes money for what is being given up.
  EXPECT_THAT(capture(), BreaksRule("payments.voided"));
  EXPECT_EQ(provider_.account(order_).captures, 0);
  EXPECT_EQ(state(), PaymentState::Voided);
}

TEST_F(MoodyProvider, ThatWasAskedToTakeTheMoneyIsNotAskedToFreeItMeanwhile) {
  ASSERT_THAT(authorise(), Succeeds());
  once("capture", Mood::AnswersLater);
  ASSERT_THAT(capture(), BreaksRule("payments.provider_unavailable"));
  EXPECT_THAT(give_up(), BreaksRule("payments.already_captured"));
  EXPECT_EQ(provider_.account(order_).captures, 1);
  EXPECT_EQ(provider_.calls("void"), 0U);
}

TEST_F(MoodyProvider, MayTellBeforeItAnswers) {
  once("authorise", Mood::LosesAnswers);
  ASSERT_THAT(authorise(), BreaksRule("payments.provider_unavailable"));
  ASSERT_THAT(
      payments_->handle(NoteProviderResult{order_, provider_.statement(order_)}, any_context()),
      Succeeds());
  EXPECT_EQ(state(), PaymentState::Authorised);
  EXPECT_THAT(authorise(), Succeeds());
  EXPECT_EQ(provider_.calls("look_up"), 0U);
}

TEST_F(MoodyProvider, IsAskedBeforeItsNoteOfMoneyIsBelieved) {
  ASSERT_THAT(authorise(), Succeeds());
  const NoteProviderResult note{order_, {.status = ProviderStatus::Captured}};
  EXPECT_THAT(payments_->handle(note, any_context()), BreaksRule("payments.books_differ"));
  EXPECT_EQ(state(), PaymentState::Authorised);

  // Now it is so, and the note comes before the answer.
  once("capture", Mood::LosesAnswers);
  ASSERT_THAT(capture(), BreaksRule("payments.provider_unavailable"));
  provider_.mood = [](std::string_view) { return Mood::IsDown; };
  EXPECT_THAT(payments_->handle(note, any_context()), BreaksRule("payments.provider_unavailable"));
  EXPECT_EQ(state(), PaymentState::Authorised);
  calm();
  EXPECT_THAT(payments_->handle(note, any_context()), Succeeds());
  EXPECT_EQ(state(), PaymentState::Captured);

  once("refund", Mood::IsDown);
  ASSERT_THAT(refund(), BreaksRule("payments.provider_unavailable"));
  const NoteProviderResult given_back{
      order_, {.status = ProviderStatus::Captured, .refunds = {{"r", 200}}}};
  EXPECT_THAT(payments_->handle(given_back, any_context()), BreaksRule("payments.books_differ"));
  EXPECT_THAT(refund(), Succeeds());
  EXPECT_EQ(provider_.account(order_).refunds.at("r"), 200);
}

TEST_F(MoodyProvider, MayRefuseARefund) {
  ASSERT_THAT(authorise(), Succeeds());
  ASSERT_THAT(capture(), Succeeds());
  const Refund refused{order_, "no-1", 100};
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(payments_->handle(refused, any_context()), BreaksRule("payments.refund_refused"));
  }
  EXPECT_EQ(provider_.calls("refund"), 1U);
}

TEST_F(MoodyProvider, IsNeverCalledInsideAUnitOfWork) {
  bool inside = false;
  provider_.mood = [&](std::string_view) {
    inside = inside || banyan::OpenUnitOfWork::on_this_thread();
    return Mood::Answers;
  };
  ASSERT_THAT(authorise(), Succeeds());
  ASSERT_THAT(capture(), Succeeds());
  ASSERT_THAT(refund(), Succeeds());
  EXPECT_FALSE(inside);
}

class UnitOfATest final : public banyan::UnitOfWork {
 public:
  using UnitOfWork::UnitOfWork;
  banyan::LeaseTime lease_now() override { return {}; }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& each : published()) all.emplace_back(each.info->name);
    return all;
  }
};

TEST(PublishedChanges, TellEachThingThatWasLearnedAtOnce) {
  const Authorise request{id<OrderId>(1), id<CustomerId>(2), {500, "EUR"}, "card", "AT"};
  const OrderPayment before = OrderPayment::requested(request);
  OrderPayment after = before;
  ASSERT_THAT(after.learn({.status = ProviderStatus::Captured}), Succeeds());

  const banyan::Context context = any_context();
  UnitOfATest unit(context);
  publish_changes(unit, before, after, {7});
  EXPECT_EQ(unit.names(), (std::vector<std::string>{"payment_authorised", "payment_captured"}));

  EXPECT_EQ(after.country(), "AT") << "payment_captured tells it on";

  const OrderPayment captured = after;
  ASSERT_THAT(after.refund({request.order, "r", 500}), Succeeds());
  const OrderPayment asked = after;
  ASSERT_THAT(after.learn({.status = ProviderStatus::Captured, .refunds = {{"r", 500}}}),
              Succeeds());
  UnitOfATest quiet(context);
  publish_changes(quiet, captured, asked, {8});
  publish_changes(quiet, asked, asked, {8});
  EXPECT_EQ(quiet.names(), std::vector<std::string>{});
  UnitOfATest last(context);
  publish_changes(last, asked, after, {9});
  ASSERT_EQ(last.names(), std::vector<std::string>{"payment_refunded"});

  UnitOfATest of_nothing(context);
  publish_changes(of_nothing, std::nullopt, OrderPayment::given_up(request.order), {7});
  EXPECT_EQ(of_nothing.names(), std::vector<std::string>{"payment_voided"});
}

}  // namespace
}  // namespace payments
