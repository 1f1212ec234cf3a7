// SPDX-License-Identifier: Apache-2.0
#include "domain/account.hpp"

#include <gtest/gtest.h>

#include "contract/matchers.hpp"

namespace customers {
namespace {

constexpr banyan::Timestamp kNow{1'700'000'000'000'000};
const Address kHome{"Ada Vogel", "Hafenstraße 7", "20457", "Hamburg", "DE"};

Account opened() {
  banyan::SeededRandom random(1);
  return Account::open(CustomerId::make(kNow, random),
                       {"Ada Vogel", "ada@example.org", std::nullopt, std::nullopt}, "hash", kNow);
}

Account on_hold() {
  Account account = opened();
  EXPECT_TRUE(account.put_on_hold("unpaid").value());
  return account;
}

Account closed() {
  Account account = opened();
  EXPECT_TRUE(account.close().value());
  return account;
}

TEST(Account, IsOpenedWithGoodCredit) {
  const Customer customer = opened().data().customer;

  EXPECT_EQ(customer.state, AccountState::Open);
  EXPECT_EQ(customer.credit, Credit::Good);
  EXPECT_EQ(customer.credit_reason, std::nullopt);
  EXPECT_EQ(customer.opened_at, kNow);
  EXPECT_EQ(customer.version, 1);
}

TEST(Account, ChangesNothingWhenItIsSoAlready) {
  Account account = opened();
  EXPECT_TRUE(account.move_to(kHome).value());
  EXPECT_TRUE(account.put_on_hold("unpaid").value());
  const Account::Data before = account.data();

  EXPECT_FALSE(account.rename("Ada Vogel").value());
  EXPECT_FALSE(account.move_to(kHome).value());
  EXPECT_FALSE(account.put_on_hold("unpaid").value());
  EXPECT_EQ(account.data(), before);
  EXPECT_EQ(before.customer.version, 3);

  Account good = opened();
  EXPECT_FALSE(good.restore_credit().value());
  Account gone = closed();
  EXPECT_FALSE(gone.close().value());
}

TEST(Account, CountsItsChanges) {
  Account account = opened();
  EXPECT_TRUE(account.rename("Ada Lind").value());
  EXPECT_TRUE(account.put_on_hold("unpaid").value());
  EXPECT_TRUE(account.restore_credit().value());
  EXPECT_TRUE(account.close().value());

  EXPECT_EQ(account.data().customer.version, 5);
}

TEST(Account, OnHoldForOneReasonIsNotPutOnHoldForAnother) {
  Account account = on_hold();

  EXPECT_THAT(account.put_on_hold("fraud"), BreaksRule("customers.already_on_hold"));
  EXPECT_EQ(account.data().customer.credit_reason, "unpaid");
  EXPECT_TRUE(account.restore_credit().value());
  EXPECT_EQ(account.data().customer.credit_reason, std::nullopt);
  EXPECT_TRUE(account.put_on_hold("fraud").value());
}

TEST(Account, OnHoldIsNotClosed) {
  Account account = on_hold();

  EXPECT_THAT(account.close(), BreaksRule("customers.credit_on_hold"));
  EXPECT_EQ(account.data().customer.state, AccountState::Open);
  EXPECT_TRUE(account.restore_credit().value());
  EXPECT_TRUE(account.close().value());
}

TEST(Account, ClosedIsClosedForGood) {
  Account account = closed();
  const Account::Data before = account.data();

  EXPECT_THAT(account.rename("Ada Lind"), BreaksRule("customers.account_closed"));
  EXPECT_THAT(account.move_to(kHome), BreaksRule("customers.account_closed"));
  EXPECT_THAT(account.put_on_hold("unpaid"), BreaksRule("customers.account_closed"));
  EXPECT_THAT(account.restore_credit(), BreaksRule("customers.account_closed"));
  EXPECT_THAT(account.set_password_hash("hash"), BreaksRule("customers.account_closed"));
  EXPECT_EQ(account.data(), before);
}

TEST(Account, ForgetsItsPasswordWhenItIsClosed) {
  EXPECT_TRUE(opened().data().password_hash);
  EXPECT_FALSE(closed().data().password_hash);
}

}  // namespace
}  // namespace customers
