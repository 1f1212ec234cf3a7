// SPDX-License-Identifier: Apache-2.0
// What it means to be a PaymentStore.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include "application/payment_store.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "persistence/memory_payments.hpp"
#include "persistence/sql_payments.hpp"

namespace banyan::contract {
namespace {

using ::payments::Asked;
using ::payments::OrderId;
using ::payments::OrderPayment;
using ::payments::Payment;
using ::payments::PaymentsReading;
using ::payments::PaymentState;
using ::payments::PaymentStore;
using ::payments::PaymentsWriting;
using ::payments::RefundState;

constexpr Timestamp kNow{1'750'000'000'000'000};

struct PaymentStoreAdapter {
  std::string name;
  std::function<std::unique_ptr<PaymentStore>(std::shared_ptr<void>& base)> make;
  friend void PrintTo(const PaymentStoreAdapter& adapter, std::ostream* out) {
    *out << adapter.name;
  }
};

PaymentStoreAdapter on(std::string name, sql::Engine engine) {
  return {std::move(name), [engine](std::shared_ptr<void>& base) {
            auto database = std::make_shared<SampleDatabase>(Stage::Shared, engine);
            base = database;
            return ::payments::make_sql_payment_store(database->modules().payments);
          }};
}

class PaymentStoreContract : public testing::TestWithParam<PaymentStoreAdapter> {
 protected:
  std::optional<OrderPayment> find(const OrderId& order) {
    return store_->read(any_context(), [&](PaymentsReading& rows) { return rows.find(order); });
  }
  Result<void> put(const OrderPayment& payment) {
    return store_->write(any_context(), [&](PaymentsWriting& rows) -> Result<void> {
      rows.put(payment, kNow);
      return {};
    });
  }
  PaymentStore& store() { return *store_; }

  const OrderId order_ = OrderId::make(kNow, system_random());
  const Payment held_{.order = order_,
                      .state = PaymentState::Authorised,
                      .customer = ::payments::CustomerId::make(kNow, system_random()),
                      .amount = Money{1'299, "CHF"},
                      .method = "card:tok_visa"};

 private:
  std::shared_ptr<void> base_;
  std::unique_ptr<PaymentStore> store_ = GetParam().make(base_);
};

TEST_P(PaymentStoreContract, KeepsAPaymentWithAllThatItHas) {
  EXPECT_EQ(find(order_), std::nullopt);
  const OrderPayment payment = OrderPayment::stored(held_, Asked::Capture);
  ASSERT_THAT(put(payment), Succeeds());
  EXPECT_EQ(find(order_), payment);
}

TEST_P(PaymentStoreContract, KeepsWithWhomItIs) {
  OrderPayment payment = OrderPayment::stored(held_, Asked::Authorise, std::nullopt, "AT");
  ASSERT_THAT(put(payment), Succeeds());
  EXPECT_EQ(find(order_)->provider(), std::nullopt);
  payment.is_with("acmepay/RECSHOP01");
  payment.is_with("another");
  ASSERT_THAT(put(payment), Succeeds());
  EXPECT_EQ(find(order_)->provider(), "acmepay/RECSHOP01");
  EXPECT_EQ(find(order_), payment);
}

TEST_P(PaymentStoreContract, KeepsWhatBecomesOfIt) {
  ASSERT_THAT(put(OrderPayment::stored(held_, Asked::Capture)), Succeeds());
  Payment later = held_;
  later.state = PaymentState::Captured;
  later.refunds = {{"z", 99, RefundState::Done}, {"a", 1, RefundState::Requested}};
  later.refunded = 99;
  ASSERT_THAT(put(OrderPayment::stored(later, Asked::Nothing)), Succeeds());
  later.refunds[1].state = RefundState::Refused;
  const OrderPayment last = OrderPayment::stored(later, Asked::Nothing);
  ASSERT_THAT(put(last), Succeeds());
  EXPECT_EQ(find(order_), last);
}

TEST_P(PaymentStoreContract, KeepsThatAPaymentWasGivenUpBeforeItWasAskedFor) {
  ASSERT_THAT(put(OrderPayment::given_up(order_)), Succeeds());
  EXPECT_EQ(find(order_), OrderPayment::given_up(order_));
}

TEST_P(PaymentStoreContract, KeepsWhyItWasDeclined) {
  Payment declined = held_;
  declined.state = PaymentState::Declined;
  declined.reason = "no money \xE2\x82\xAC";
  ASSERT_THAT(put(OrderPayment::stored(declined, Asked::Nothing)), Succeeds());
  EXPECT_EQ(find(order_)->data(), declined);
}

TEST_P(PaymentStoreContract, UndoesAUnitOfWorkThatFails) {
  const auto done = store().write(any_context(), [&](PaymentsWriting& rows) -> Result<void> {
    rows.put(OrderPayment::given_up(order_), kNow);
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });
  ASSERT_THAT(done, BreaksRule("test.failed"));
  EXPECT_EQ(find(order_), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, PaymentStoreContract,
    testing::Values(PaymentStoreAdapter{"memory",
                                        [](std::shared_ptr<void>&) {
                                          return ::payments::make_memory_payment_store(
                                              system_clock(), nullptr);
                                        }},
                    on("sql", sql::Engine::Sqlite), on("postgresql", sql::Engine::Postgres)),
    print_name);

}  // namespace
}  // namespace banyan::contract
