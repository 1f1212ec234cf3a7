// SPDX-License-Identifier: Apache-2.0
#include "contract/customers/customers_port_contract.hpp"

#include <atomic>
#include <thread>

#include "contract/made_up_cursors.hpp"
#include "contract/matchers.hpp"
#include "contract/sample_shop.hpp"

namespace banyan::contract {

using ::customers::AccountState;
using ::customers::Address;
using ::customers::ChangeAddress;
using ::customers::ChangePassword;
using ::customers::CheckPassword;
using ::customers::CloseAccount;
using ::customers::Credit;
using ::customers::Customer;
using ::customers::GetCustomer;
using ::customers::ListCustomers;
using ::customers::OpenAccount;
using ::customers::PutOnHold;
using ::customers::Rename;
using ::customers::RestoreCredit;

Customer CustomersPortContract::customer(const ::customers::CustomerId& id) {
  const auto found = customers().handle(GetCustomer{id}, any_context());
  EXPECT_THAT(found, Succeeds());
  return found.value_or(Customer{});
}

Customer CustomersPortContract::open(const std::string& email,
                                     std::optional<std::string> password) {
  const auto opened = customers().handle(
      OpenAccount{"Ada Vogel", email, std::nullopt, std::move(password)}, keyed("open-" + email));
  EXPECT_THAT(opened, Succeeds());
  return opened.value_or(Customer{});
}

namespace {

const Address kQuay{"Ada Vogel", "Quay 7", "20457", "Hamburg", "DE"};

/// The sample's first.
const ::customers::CustomerId& known() { return sample_shop().customers[0].id; }

TEST_P(CustomersPortContract, KnowsWhoHasAnAccount) {
  const Customer found = customer(known());

  EXPECT_EQ(found.name, "Customer 1");
  EXPECT_EQ(found.email, "customer1@example.org");
  EXPECT_EQ(found.state, AccountState::Open);
  EXPECT_EQ(found.credit, Credit::Good);
  EXPECT_EQ(found.address, sample_shop().customers[0].address);
  EXPECT_EQ(found.opened_at, sample_shop().customers[0].opened_at);
  EXPECT_EQ(found.version, 1);
  EXPECT_THAT(customers().handle(GetCustomer{no_such_customer()}, any_context()),
              BreaksRule("customers.unknown_customer"));
}

TEST_P(CustomersPortContract, OpensAnAccountOnceForEachKey) {
  const OpenAccount request{"Ada Vogel", "Ada@Example.org", kQuay, std::nullopt};

  const auto first = customers().handle(request, keyed("ada"));
  const auto again = customers().handle(request, keyed("ada"));

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(first->email, "Ada@Example.org");
  EXPECT_EQ(first->address, kQuay);
  EXPECT_EQ(customer(first->id), *first);
}

TEST_P(CustomersPortContract, KeepsNothingOfAPasswordUnderTheKey) {
  const auto first =
      customers().handle(OpenAccount{"Ada", "ada@example.org", {}, "open sesame"}, keyed("ada"));
  const auto again =
      customers().handle(OpenAccount{"Ada", "ada@example.org", {}, "other words"}, keyed("ada"));

  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(again, Succeeds()) << "the ledger could not tell the two apart";
  EXPECT_EQ(first->id, again->id);
}

TEST_P(CustomersPortContract, GivesAnEmailAddressToOneOpenAccountWhateverItsCase) {
  open("ada@example.org");

  EXPECT_THAT(customers().handle(OpenAccount{"Ada", "ADA@example.org", {}, {}}, keyed("again")),
              BreaksRule("customers.email_taken"));
}

TEST_P(CustomersPortContract, GivesAnEmailAddressToOneOfThoseWhoAskAtOnce) {
  constexpr int kPeople = 6;
  std::atomic<int> opened = 0;
  std::atomic<int> refused = 0;
  std::vector<std::jthread> people;
  for (int i = 0; i < kPeople; ++i) {
    people.emplace_back([&, i] {
      const auto answer = customers().handle(OpenAccount{"Ada", "ada@example.org", {}, {}},
                                             keyed("at-once-" + std::to_string(i)));
      if (answer) ++opened;
      if (!answer && answer.error().rule == "customers.email_taken") ++refused;
    });
  }
  people.clear();

  EXPECT_EQ(opened, 1);
  EXPECT_EQ(refused, kPeople - 1);
}

TEST_P(CustomersPortContract, TellsAllThatIsWrongAtOnce) {
  const auto refused = customers().handle(
      OpenAccount{"", "nobody", Address{"Ada", "", "20457", "Hamburg", "Germany"}, "short"},
      keyed("wrong"));

  ASSERT_THAT(refused, BreaksRule("customers.bad_details"));
  std::vector<std::string> places;
  for (const Detail& detail : refused.error().details) places.push_back(detail.where);
  EXPECT_THAT(places, testing::ElementsAre("/name", "/email", "/address/street", "/address/country",
                                           "/password"));
}

TEST_P(CustomersPortContract, ListsAllOverItsPagesAndFindsOneByEmail) {
  std::vector<Customer> seen;
  ListCustomers question{.cursor = {}, .limit = 3, .email = {}};
  do {
    const auto page = customers().handle(question, any_context());
    ASSERT_THAT(page, Succeeds());
    seen.insert(seen.end(), page->customers.begin(), page->customers.end());
    question.cursor = page->next_cursor;
  } while (question.cursor);

  ASSERT_EQ(seen.size(), sample_shop().customers.size());
  EXPECT_EQ(seen[2].id, sample_shop().customers[2].id);
  const auto found = customers().handle(
      ListCustomers{.cursor = {}, .limit = {}, .email = "CUSTOMER3@example.org"}, any_context());
  ASSERT_THAT(found, Succeeds());
  ASSERT_EQ(found->customers.size(), 1U);
  EXPECT_EQ(found->customers[0].id, sample_shop().customers[2].id);
  EXPECT_EQ(found->next_cursor, std::nullopt);
  EXPECT_THAT(
      customers().handle(ListCustomers{.cursor = {}, .limit = 501, .email = {}}, any_context()),
      BreaksRule("customers.bad_limit"));
  for (const std::string& cursor : made_up_cursors("customers")) {
    EXPECT_THAT(customers().handle(ListCustomers{.cursor = cursor, .limit = {}, .email = {}},
                                   any_context()),
                BreaksRule("customers.bad_cursor"));
  }
}

TEST_P(CustomersPortContract, ChangesNameAndAddressOnceHoweverOftenItIsAsked) {
  for (int again = 0; again < 2; ++again) {
    ASSERT_THAT(customers().handle(Rename{known(), "Ada Lind"}, any_context()), Succeeds());
    ASSERT_THAT(customers().handle(ChangeAddress{known(), kQuay}, any_context()), Succeeds());
  }

  const Customer found = customer(known());
  EXPECT_EQ(found.name, "Ada Lind");
  EXPECT_EQ(found.address, kQuay);
  EXPECT_EQ(found.version, 3);
  EXPECT_THAT(customers().handle(Rename{known(), " "}, any_context()),
              BreaksRule("customers.bad_details"));
  EXPECT_THAT(customers().handle(ChangeAddress{known(), {}}, any_context()),
              BreaksRule("customers.bad_details"));
}

TEST_P(CustomersPortContract, ChangesOnlyTheVersionThatItsCallerHasSeen) {
  const std::int64_t seen = customer(known()).version;
  ASSERT_THAT(customers().handle(Rename{known(), "Ada Lind", seen}, any_context()), Succeeds());

  EXPECT_THAT(customers().handle(Rename{known(), "Ada Berg", seen}, any_context()),
              BreaksRule("customers.changed_meanwhile"));
  EXPECT_THAT(customers().handle(ChangeAddress{known(), kQuay, seen}, any_context()),
              BreaksRule("customers.changed_meanwhile"));
  EXPECT_THAT(customers().handle(PutOnHold{known(), "unpaid", seen}, any_context()),
              BreaksRule("customers.changed_meanwhile"));
  EXPECT_THAT(customers().handle(CloseAccount{known(), seen}, any_context()),
              BreaksRule("customers.changed_meanwhile"));
  EXPECT_EQ(customer(known()).name, "Ada Lind");
  EXPECT_EQ(customer(known()).version, seen + 1);

  EXPECT_THAT(customers().handle(Rename{known(), "Ada Lind", seen}, any_context()), Succeeds())
      << "the answer may have been lost; it is so already";
  ASSERT_THAT(customers().handle(PutOnHold{known(), "unpaid", seen + 1}, any_context()),
              Succeeds());
  EXPECT_THAT(customers().handle(RestoreCredit{known(), seen + 1}, any_context()),
              BreaksRule("customers.changed_meanwhile"));
}

TEST_P(CustomersPortContract, LetsOneOfManyWinWhoHaveSeenTheSameVersion) {
  constexpr int kRounds = 5;
  constexpr int kWriters = 6;
  for (int round = 0; round < kRounds; ++round) {
    const std::int64_t seen = customer(known()).version;
    std::atomic<int> won = 0;
    std::atomic<int> refused = 0;
    std::vector<std::jthread> writers;
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([&, i] {
        const std::string name = "Writer " + std::to_string(round) + '.' + std::to_string(i);
        const auto answer = customers().handle(Rename{known(), name, seen}, any_context());
        if (answer) ++won;
        if (!answer && answer.error().rule == "customers.changed_meanwhile") ++refused;
      });
    }
    writers.clear();

    EXPECT_EQ(won, 1);
    EXPECT_EQ(refused, kWriters - 1);
    EXPECT_EQ(customer(known()).version, seen + 1);
  }
}

TEST_P(CustomersPortContract, PutsCreditOnHoldAndRestoresIt) {
  for (int again = 0; again < 2; ++again) {
    const auto held = customers().handle(PutOnHold{known(), "unpaid"}, any_context());
    ASSERT_THAT(held, Succeeds());
    EXPECT_EQ(held->credit, Credit::OnHold);
    EXPECT_EQ(held->credit_reason, "unpaid");
    EXPECT_EQ(held->version, 2);
  }
  EXPECT_THAT(customers().handle(PutOnHold{known(), "fraud"}, any_context()),
              BreaksRule("customers.already_on_hold"));
  EXPECT_THAT(customers().handle(PutOnHold{known(), ""}, any_context()),
              BreaksRule("customers.bad_details"));
  EXPECT_THAT(customers().handle(CloseAccount{known()}, any_context()),
              BreaksRule("customers.credit_on_hold"));

  for (int again = 0; again < 2; ++again) {
    const auto good = customers().handle(RestoreCredit{known()}, any_context());
    ASSERT_THAT(good, Succeeds());
    EXPECT_EQ(good->credit, Credit::Good);
    EXPECT_EQ(good->credit_reason, std::nullopt);
    EXPECT_EQ(good->version, 3);
  }
}

TEST_P(CustomersPortContract, ClosesAnAccountForGoodAndFreesItsEmailAddress) {
  for (int again = 0; again < 2; ++again) {
    const auto closed = customers().handle(CloseAccount{known()}, any_context());
    ASSERT_THAT(closed, Succeeds());
    EXPECT_EQ(closed->state, AccountState::Closed);
    EXPECT_EQ(closed->version, 2);
  }
  EXPECT_EQ(customer(known()).state, AccountState::Closed);
  EXPECT_THAT(customers().handle(Rename{known(), "Ada Lind"}, any_context()),
              BreaksRule("customers.account_closed"));
  EXPECT_THAT(customers().handle(ChangeAddress{known(), kQuay}, any_context()),
              BreaksRule("customers.account_closed"));
  EXPECT_THAT(customers().handle(PutOnHold{known(), "unpaid"}, any_context()),
              BreaksRule("customers.account_closed"));
  EXPECT_THAT(customers().handle(RestoreCredit{known()}, any_context()),
              BreaksRule("customers.account_closed"));
  EXPECT_THAT(customers().handle(ChangePassword{known(), {}, "open sesame"}, any_context()),
              BreaksRule("customers.account_closed"));

  const Customer next = open("customer1@example.org");
  EXPECT_NE(next.id, known());
  EXPECT_GT(next.id, known());
}

TEST_P(CustomersPortContract, ChangesNobodyWhoIsUnknown) {
  const auto& nobody = no_such_customer();
  EXPECT_THAT(customers().handle(Rename{nobody, "Ada"}, any_context()),
              BreaksRule("customers.unknown_customer"));
  EXPECT_THAT(customers().handle(ChangeAddress{nobody, kQuay}, any_context()),
              BreaksRule("customers.unknown_customer"));
  EXPECT_THAT(customers().handle(PutOnHold{nobody, "unpaid"}, any_context()),
              BreaksRule("customers.unknown_customer"));
  EXPECT_THAT(customers().handle(RestoreCredit{nobody}, any_context()),
              BreaksRule("customers.unknown_customer"));
  EXPECT_THAT(customers().handle(CloseAccount{nobody}, any_context()),
              BreaksRule("customers.unknown_customer"));
  EXPECT_THAT(customers().handle(ChangePassword{nobody, {}, "open sesame"}, any_context()),
              BreaksRule("customers.unknown_customer"));
}

TEST_P(CustomersPortContract, LetsThoseSignInWhoKnowThePassword) {
  const Customer ada = open("ada@example.org", "open sesame");

  const auto signed_in =
      customers().handle(CheckPassword{"ADA@example.org", "open sesame"}, any_context());
  const auto wrong =
      customers().handle(CheckPassword{"ada@example.org", "open sesam"}, any_context());
  const auto unknown =
      customers().handle(CheckPassword{"eve@example.org", "open sesame"}, any_context());

  ASSERT_THAT(signed_in, Succeeds());
  EXPECT_EQ(*signed_in, ada);
  ASSERT_THAT(wrong, BreaksRule("customers.wrong_credentials"));
  ASSERT_THAT(unknown, BreaksRule("customers.wrong_credentials"));
  EXPECT_EQ(wrong.error(), unknown.error());
}

TEST_P(CustomersPortContract, KnowsNobodyUnderWhatIsNoEmailAddress) {
  for (const std::string& email :
       {std::string(), std::string("ada"), std::string("ada\1@example.org")}) {
    EXPECT_THAT(customers().handle(CheckPassword{email, "open sesame"}, any_context()),
                BreaksRule("customers.wrong_credentials"));
    const auto found =
        customers().handle(ListCustomers{.cursor = {}, .limit = {}, .email = email}, any_context());
    ASSERT_THAT(found, Succeeds());
    EXPECT_TRUE(found->customers.empty());
  }
}

TEST_P(CustomersPortContract, ChangesAPasswordForThoseWhoKnowIt) {
  ASSERT_THAT(customers().handle(ChangePassword{known(), {}, "open sesame"}, any_context()),
              Succeeds());
  EXPECT_THAT(
      customers().handle(ChangePassword{known(), "open sesam", "new secret"}, any_context()),
      BreaksRule("customers.wrong_credentials"));
  EXPECT_THAT(customers().handle(ChangePassword{known(), "open sesame", "short"}, any_context()),
              BreaksRule("customers.bad_details"));
  ASSERT_THAT(
      customers().handle(ChangePassword{known(), "open sesame", "new secret"}, any_context()),
      Succeeds());

  EXPECT_THAT(
      customers().handle(CheckPassword{"customer1@example.org", "new secret"}, any_context()),
      Succeeds());
}

}  // namespace
}  // namespace banyan::contract
