// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "application/use_cases.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "persistence/memory_customers.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::Result;
using banyan::contract::any_context;

/// "v1:" or "v2:" and the password: what it does can be read off.
class TransparentHasher final : public PasswordHasher {
 public:
  Result<std::string> hash(std::string_view password, const Context& /*context*/) override {
    if (busy) return banyan::fail(banyan::ErrorCode::ResourceExhausted, "customers.too_busy", "");
    return version + ":" + std::string(password);
  }
  Result<Verdict> check(std::string_view password, const std::optional<std::string>& hash,
                        const Context& /*context*/) override {
    if (busy) return banyan::fail(banyan::ErrorCode::ResourceExhausted, "customers.too_busy", "");
    ++checks;
    const auto after_check = std::move(then);
    if (after_check) after_check();
    if (!hash || hash->substr(3) != password) return Verdict::Wrong;
    return hash->starts_with(version) ? Verdict::Right : Verdict::RightButOutdated;
  }

  std::string version = "v1";
  bool busy = false;
  int checks = 0;
  std::function<void()> then;  ///< once, when the next check has been made
};

class CustomerPasswords : public testing::Test {
 protected:
  CustomerId open(const std::string& email, std::optional<std::string> password) {
    const auto customer =
        open_account(use_case, {"Ada", email, std::nullopt, std::move(password)}, any_context());
    EXPECT_THAT(customer, Succeeds());
    return customer.value_or(Customer{}).id;
  }
  Result<Customer> sign_in(const std::string& email, const std::string& password) {
    return check_password(use_case, {email, password}, any_context());
  }
  std::optional<std::string> hash_of(const CustomerId& id) {
    return store->read(any_context(), [&](CustomersReading& customers) {
      return customers.find(id)->data().password_hash;
    });
  }

  std::unique_ptr<CustomerStore> store =
      make_memory_customer_store({}, banyan::contract::real_environment().clock);
  TransparentHasher hasher;
  SignInAttempts attempts{banyan::contract::real_environment().clock};
  UseCaseContext use_case{*store, hasher, attempts, banyan::contract::real_environment()};
};

TEST_F(CustomerPasswords, AnswerTheUnknownAndTheWrongAlike) {
  open("ada@example.org", "open sesame");
  open("bob@example.org", std::nullopt);

  const auto wrong = sign_in("ada@example.org", "open sesam");
  const auto unknown = sign_in("eve@example.org", "open sesame");
  const auto without = sign_in("bob@example.org", "open sesame");
  const auto no_address = sign_in(std::string("ada\0@example.org", 16), "open sesame");

  ASSERT_THAT(wrong, BreaksRule("customers.wrong_credentials"));
  ASSERT_THAT(unknown, BreaksRule("customers.wrong_credentials"));
  ASSERT_THAT(without, BreaksRule("customers.wrong_credentials"));
  ASSERT_THAT(no_address, BreaksRule("customers.wrong_credentials"));
  EXPECT_EQ(wrong.error(), unknown.error());
  EXPECT_EQ(wrong.error(), without.error());
  EXPECT_EQ(wrong.error(), no_address.error());
  EXPECT_EQ(hasher.checks, 4) << "each is as much work";
}

TEST_F(CustomerPasswords, AreHashedAnewOnTheWayInWhenTheHashIsOutdated) {
  const CustomerId ada = open("ada@example.org", "open sesame");
  hasher.version = "v2";

  EXPECT_THAT(sign_in("ada@example.org", "open sesam"), BreaksRule("customers.wrong_credentials"));
  EXPECT_EQ(hash_of(ada), "v1:open sesame");
  EXPECT_THAT(sign_in("ada@example.org", "open sesame"), Succeeds());
  EXPECT_EQ(hash_of(ada), "v2:open sesame");
}

TEST_F(CustomerPasswords, ChangeOnlyForThoseWhoKnowTheOldOne) {
  const CustomerId ada = open("ada@example.org", "open sesame");

  EXPECT_THAT(change_password(use_case, {ada, std::nullopt, "new secret"}, any_context()),
              BreaksRule("customers.wrong_credentials"));
  EXPECT_THAT(change_password(use_case, {ada, "open sesam", "new secret"}, any_context()),
              BreaksRule("customers.wrong_credentials"));
  EXPECT_EQ(hash_of(ada), "v1:open sesame");
  EXPECT_THAT(change_password(use_case, {ada, "open sesame", "new secret"}, any_context()),
              Succeeds());
  EXPECT_EQ(hash_of(ada), "v1:new secret");
}

TEST_F(CustomerPasswords, MayBeAskedToChangeTwice) {
  const CustomerId ada = open("ada@example.org", "open sesame");
  const ChangePassword request{ada, "open sesame", "new secret"};

  EXPECT_THAT(change_password(use_case, request, any_context()), Succeeds());
  EXPECT_THAT(change_password(use_case, request, any_context()), Succeeds());
  EXPECT_EQ(hash_of(ada), "v1:new secret");
}

TEST_F(CustomerPasswords, AreGivenToAnAccountThatHasNone) {
  const CustomerId bob = open("bob@example.org", std::nullopt);

  EXPECT_THAT(change_password(use_case, {bob, std::nullopt, "open sesame"}, any_context()),
              Succeeds());
  EXPECT_THAT(sign_in("bob@example.org", "open sesame"), Succeeds());
}

TEST_F(CustomerPasswords, AreNotChangedTwiceAtOnce) {
  const CustomerId ada = open("ada@example.org", "open sesame");
  hasher.then = [&] {
    EXPECT_THAT(change_password(use_case, {ada, "open sesame", "the other"}, any_context()),
                Succeeds());
  };

  EXPECT_THAT(change_password(use_case, {ada, "open sesame", "new secret"}, any_context()),
              BreaksRule("customers.wrong_credentials"));
  EXPECT_EQ(hash_of(ada), "v1:the other");
}

TEST_F(CustomerPasswords, AreNotLookedAtWhenTooManyCome) {
  const CustomerId ada = open("ada@example.org", "open sesame");
  hasher.busy = true;

  EXPECT_THAT(sign_in("ada@example.org", "open sesame"), BreaksRule("customers.too_busy"));
  EXPECT_THAT(change_password(use_case, {ada, "open sesame", "new secret"}, any_context()),
              BreaksRule("customers.too_busy"));
  EXPECT_THAT(open_account(use_case, {"Bob", "bob@example.org", std::nullopt, "open sesame"},
                           any_context()),
              BreaksRule("customers.too_busy"));
  EXPECT_EQ(hash_of(ada), "v1:open sesame");
}

TEST_F(CustomerPasswords, AreNotGuessedWithoutEnd) {
  open("ada@example.org", "open sesame");
  for (const std::string email : {"ada@example.org", "nobody@example.org"}) {
    for (int i = 0; i < SignInAttempts::kOfAnAccount.wrong; ++i) {
      ASSERT_THAT(sign_in(email, "guess"), BreaksRule("customers.wrong_credentials"));
    }
    const int before = hasher.checks;
    const auto refused = sign_in(email, "open sesame");
    ASSERT_THAT(refused, BreaksRule("customers.too_many_attempts"));
    EXPECT_EQ(refused.error().code, banyan::ErrorCode::ResourceExhausted);
    EXPECT_EQ(hasher.checks, before) << "nothing was looked at";
  }
}

TEST(SignInAttempts, AreForgivenOneAfterTheOther) {
  banyan::ManualClock clock{banyan::Timestamp{1'760'000'000'000'000},
                            banyan::system_clock().steady()};
  SignInAttempts attempts(clock);
  const auto guess = [&] {
    auto attempt = attempts.begin("ada@example.org", "");
    if (attempt) attempt->was_wrong();
    return attempt.has_value();
  };
  for (int i = 0; i < SignInAttempts::kOfAnAccount.wrong; ++i) ASSERT_TRUE(guess());
  EXPECT_FALSE(guess());
  clock.advance(SignInAttempts::kOfAnAccount.forgiven_after);
  EXPECT_TRUE(guess());
  EXPECT_FALSE(guess());
}

TEST(SignInAttempts, AreForgottenWhereTooManyPeopleGuess) {
  SignInAttempts attempts(banyan::system_clock());
  const auto guess = [&](const std::string& account) {
    auto attempt = attempts.begin(account, "");
    if (attempt) attempt->was_wrong();
    return attempt.has_value();
  };
  while (guess("ada@example.org")) {
  }
  for (std::size_t i = 0; i < SignInAttempts::kMostRemembered + 100; ++i) {
    ASSERT_TRUE(guess(std::to_string(i)));
  }
  EXPECT_LE(attempts.remembered(), SignInAttempts::kMostRemembered);
  EXPECT_FALSE(guess("ada@example.org")) << "who has guessed most is remembered";
}

TEST(SignInAttempts, OfOnePlaceOrOneAccountLeaveTurnsToOthers) {
  SignInAttempts attempts(banyan::system_clock());
  const auto first = attempts.begin("a@example.org", "192.0.2.1");
  const auto second = attempts.begin("b@example.org", "192.0.2.1");
  ASSERT_TRUE(first && second);
  EXPECT_THAT(attempts.begin("c@example.org", "192.0.2.1"),
              BreaksRule("customers.too_many_attempts"));
  {
    const auto third = attempts.begin("a@example.org", "192.0.2.2");
    EXPECT_TRUE(third);
    EXPECT_THAT(attempts.begin("a@example.org", "192.0.2.3"),
                BreaksRule("customers.too_many_attempts"));
  }
  EXPECT_TRUE(attempts.begin("a@example.org", "192.0.2.3")) << "the one of before is over";
}

TEST_F(CustomerPasswords, OfNewAccountsTakeTheTurnsOfTheirPlaceOnly) {
  Context context = any_context();
  context.place = "192.0.2.1";
  const auto first = attempts.begin("a@example.org", context.place);
  const auto second = attempts.begin("b@example.org", context.place);
  ASSERT_TRUE(first && second);
  EXPECT_THAT(
      open_account(use_case, {"Ada", "ada@example.org", std::nullopt, "open sesame"}, context),
      BreaksRule("customers.too_many_attempts"));
  context.place = "192.0.2.2";
  EXPECT_THAT(
      open_account(use_case, {"Ada", "ada@example.org", std::nullopt, "open sesame"}, context),
      Succeeds());
}

TEST_F(CustomerPasswords, OfManyAccountsShutNobodyOutWhoComesByTheSameProxy) {
  open("ada@example.org", "open sesame");
  Context by_proxy = any_context();
  by_proxy.stickiness_key = "198.51.100.1";  // the proxy's: whose request it is, it does not say
  Context at_home = any_context();
  at_home.stickiness_key = "192.0.2.1";
  at_home.place = "192.0.2.1";
  for (const Context& context : {by_proxy, at_home}) {
    for (int i = 0; i < SignInAttempts::kOfAPlace.wrong + 10; ++i) {
      (void)check_password(use_case, {"a" + std::to_string(i) + "@example.org", "guess"}, context)
          .has_value();
    }
  }
  const auto signed_in = check_password(use_case, {"ada@example.org", "open sesame"}, by_proxy);
  EXPECT_THAT(signed_in, Succeeds());
  EXPECT_THAT(check_password(use_case, {"ada@example.org", "open sesame"}, at_home),
              BreaksRule("customers.too_many_attempts"));
}

TEST_F(CustomerPasswords, SignInToTheOpenAccountOfAnAddressOnly) {
  const CustomerId before = open("ada@example.org", "open sesame");
  EXPECT_THAT(close_account(use_case, {before}, any_context()), Succeeds());
  EXPECT_THAT(sign_in("ada@example.org", "open sesame"), BreaksRule("customers.wrong_credentials"));
  EXPECT_THAT(change_password(use_case, {before, "open sesame", "new secret"}, any_context()),
              BreaksRule("customers.account_closed"));

  const CustomerId after = open("ADA@example.org", "another one");
  const auto signed_in = sign_in("Ada@Example.org", "another one");
  ASSERT_THAT(signed_in, Succeeds());
  EXPECT_EQ(signed_in->id, after);
}

}  // namespace
}  // namespace customers
