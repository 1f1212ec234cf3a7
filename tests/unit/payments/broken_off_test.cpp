// SPDX-License-Identifier: Apache-2.0
// What payments answers when its database fails after the provider has done what it was asked for:
// never that nothing was changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "application/use_cases.hpp"
#include "banyan/kernel/bindings.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "persistence/memory_payments.hpp"
#include "support/failing_store.hpp"
#include "support/provider_with_books.hpp"
#include "test_ids.hpp"

namespace payments {
namespace {

using banyan::contract::any_context;
using banyan::test::FailingStore;
using banyan::test::StoreTrouble;
using testing::HasSubstr;
using testing::Not;

class BrokenOffPayment : public testing::TestWithParam<StoreTrouble> {
 protected:
  BrokenOffPayment() {
    auto store = std::make_unique<FailingStore<PaymentsReading, PaymentsWriting>>(
        make_memory_payment_store(banyan::system_clock(), nullptr));
    store_ = store.get();
    module_ = make_payments_on(std::move(store), provider_, banyan::system_clock());
    port_ =
        banyan::bind_in_process<Payments>(*module_, banyan::no_observer(), banyan::system_clock());
  }

  banyan::Result<Payment> authorise() {
    return port_->handle(Authorise{order_, id<CustomerId>(2), {500, "EUR"}, "card"}, any_context());
  }
  banyan::Result<Payment> capture() { return port_->handle(Capture{order_}, any_context()); }
  void expect_broken_off(const banyan::Result<Payment>& answer) {
    ASSERT_THAT(answer, BreaksRule("banyan.outcome_unknown"));
    EXPECT_THAT(answer.error().message, Not(HasSubstr("nothing was changed")));
  }

  const OrderId order_ = id<OrderId>(1);
  banyan::test::ProviderWithBooks provider_;
  FailingStore<PaymentsReading, PaymentsWriting>* store_ = nullptr;
  std::unique_ptr<Payments> module_;
  std::unique_ptr<Payments> port_;
};

INSTANTIATE_TEST_SUITE_P(Store, BrokenOffPayment,
                         testing::Values(StoreTrouble::Breaks, StoreTrouble::Expires,
                                         StoreTrouble::IsFull));

TEST_P(BrokenOffPayment, MoneyThatIsReservedIsNotSaidToBeUntouched) {
  store_->ail_after(1, GetParam());
  expect_broken_off(authorise());
  EXPECT_EQ(provider_.account(order_).status, ProviderStatus::Authorised);

  store_->recover();
  EXPECT_THAT(authorise(), Succeeds());
  EXPECT_EQ(provider_.calls("authorise"), 1U);
}

TEST_P(BrokenOffPayment, MoneyThatIsTakenIsNotSaidToBeUntouched) {
  ASSERT_THAT(authorise(), Succeeds());
  store_->ail_after(1, GetParam());
  expect_broken_off(capture());
  EXPECT_EQ(provider_.account(order_).captures, 1);

  store_->recover();
  EXPECT_THAT(capture(), Succeeds());
  EXPECT_EQ(provider_.account(order_).captures, 1);
}

}  // namespace
}  // namespace payments
