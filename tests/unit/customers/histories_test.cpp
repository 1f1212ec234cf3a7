// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "contract/environment_under_test.hpp"
#include "contract/port_under_test.hpp"
#include "customers/events.hpp"
#include "customers/module.hpp"

namespace customers {
namespace {

using banyan::Result;
using banyan::contract::any_context;

/// What the module is, as simply as it can be said: what everybody is by now.
class Model {
 public:
  struct Person {
    Customer customer;
    std::string password;  ///< "" is none
  };

  std::string open(const OpenAccount& request, const Customer& answer) {
    if (find(request.email) != nullptr) return "customers.email_taken";
    EXPECT_FALSE(people_.contains(answer.id)) << "an id is given once";
    people_[answer.id] = {{answer.id, request.name, request.email, AccountState::Open, Credit::Good,
                           std::nullopt, request.address, answer.opened_at, 1},
                          request.password.value_or("")};
    return "";
  }

  std::string apply(const Rename& request) {
    return change(request.id, [&](Person& person) {
      person.customer.name = request.name;
      return "";
    });
  }
  std::string apply(const ChangeAddress& request) {
    return change(request.id, [&](Person& person) {
      person.customer.address = request.address;
      return "";
    });
  }
  std::string apply(const PutOnHold& request) {
    return change(request.id, [&](Person& person) {
      const auto& reason = person.customer.credit_reason;
      if (reason && *reason != request.reason) return "customers.already_on_hold";
      person.customer.credit = Credit::OnHold;
      person.customer.credit_reason = request.reason;
      return "";
    });
  }
  std::string apply(const RestoreCredit& request) {
    return change(request.id, [&](Person& person) {
      person.customer.credit = Credit::Good;
      person.customer.credit_reason.reset();
      return "";
    });
  }
  std::string apply(const CloseAccount& request) {
    Person& person = people_.at(request.id);
    if (person.customer.state == AccountState::Closed) return "";
    return change(request.id, [&](Person& open) {
      if (open.customer.credit == Credit::OnHold) return "customers.credit_on_hold";
      open.customer.state = AccountState::Closed;
      return "";
    });
  }
  std::string apply(const ChangePassword& request) {
    return change(request.id, [&](Person& person) {
      const bool knows = person.password.empty() || person.password == request.current ||
                         person.password == request.password;
      if (!knows) return "customers.wrong_credentials";
      person.password = request.password;
      return "";
    });
  }
  std::string sign_in(const CheckPassword& request) {
    const Person* person = find(request.email);
    const bool knows =
        person != nullptr && !person->password.empty() && person->password == request.password;
    return knows ? "" : "customers.wrong_credentials";
  }

  const Person* find(std::string email) const {
    for (char& c : email) c = static_cast<char>(std::tolower(c));
    for (const auto& [id, person] : people_) {
      std::string theirs = person.customer.email;
      for (char& c : theirs) c = static_cast<char>(std::tolower(c));
      if (theirs == email && person.customer.state == AccountState::Open) return &person;
    }
    return nullptr;
  }
  const std::map<CustomerId, Person>& people() const { return people_; }

 private:
  template <class Change>
  std::string change(const CustomerId& id, Change change) {
    Person& person = people_.at(id);
    if (person.customer.state == AccountState::Closed) return "customers.account_closed";
    const Customer before = person.customer;
    const std::string broken = change(person);
    if (person.customer != before) ++person.customer.version;
    return broken;
  }

  std::map<CustomerId, Person> people_;
};

/// One random history, carried out by the module and by the model.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  void go_on() {
    if (model_.people().empty() || chance(20)) return open();
    const CustomerId id = somebody();
    switch (random_.next() % 7) {
      case 0: return both(Rename{id, one_of({"Ada", "Bob", "Eve"})});
      case 1: return both(ChangeAddress{id, {"Ada", "Quay", "1", one_of({"Ulm", "Bern"}), "DE"}});
      case 2: return both(PutOnHold{id, one_of({"unpaid", "fraud"})});
      case 3: return both(RestoreCredit{id});
      case 4: return chance(25) ? both(CloseAccount{id}) : both(RestoreCredit{id});
      case 5: return both(ChangePassword{id, password(), one_of(kPasswords)});
      default: return sign_in();
    }
  }

  /// Everybody is as the model says, one by one and in the list.
  void compare() {
    std::vector<Customer> listed;
    ListCustomers question{.cursor = {}, .limit = 3, .email = {}};
    do {
      const auto page = customers_->handle(question, any_context());
      ASSERT_TRUE(page);
      listed.insert(listed.end(), page->customers.begin(), page->customers.end());
      question.cursor = page->next_cursor;
    } while (question.cursor);
    std::vector<Customer> expected;
    for (const auto& [id, person] : model_.people()) expected.push_back(person.customer);
    EXPECT_EQ(listed, expected);
    for (const Customer& customer : expected) {
      const auto found = customers_->handle(GetCustomer{customer.id}, any_context());
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, customer);
      EXPECT_EQ(told(customer.id), customer.version) << "one event for every change";
    }
  }

 private:
  static constexpr std::initializer_list<const char*> kPasswords = {"open sesame", "new secret"};

  bool chance(std::uint64_t percent) { return random_.next() % 100 < percent; }
  std::string one_of(std::initializer_list<const char*> choices) {
    return *(choices.begin() + random_.next() % choices.size());
  }
  std::optional<std::string> password() {
    if (chance(30)) return std::nullopt;
    return one_of(kPasswords);
  }
  std::string email() {
    return one_of({"ada@example.org", "Ada@Example.org", "bob@example.org", "eve@example.org"});
  }
  CustomerId somebody() {
    return std::next(model_.people().begin(),
                     static_cast<std::ptrdiff_t>(random_.next() % model_.people().size()))
        ->first;
  }

  /// How many events there were of one customer.
  std::int64_t told(const CustomerId& id) const {
    return std::ranges::count_if(events_.all(), [&id](const banyan::PublishedEvent& event) {
      return is_of<CustomerOpened>(event, id) || is_of<CustomerRenamed>(event, id) ||
             is_of<AddressChanged>(event, id) || is_of<CreditChanged>(event, id) ||
             is_of<AccountClosed>(event, id);
    });
  }
  template <class E>
  static bool is_of(const banyan::PublishedEvent& event, const CustomerId& id) {
    const E* it = event.as<E>();
    return it != nullptr && it->customer == id;
  }

  static std::string rule_of(const Result<Customer>& answer) {
    return answer ? "" : answer.error().rule;
  }

  void open() {
    const OpenAccount request{one_of({"Ada", "Bob"}), email(), std::nullopt, password()};
    const auto answer = customers_->handle(request, any_context());
    EXPECT_EQ(rule_of(answer), model_.open(request, answer.value_or(Customer{})));
  }

  /// Once, and some of them once more: the second time changes nothing.
  template <class Op>
  void both(const Op& request) {
    const int times = chance(30) ? 2 : 1;
    for (int i = 0; i < times; ++i) {
      const auto answer = customers_->handle(request, any_context());
      EXPECT_EQ(rule_of(answer), model_.apply(request)) << Op::operation.name;
      if (answer) {
        EXPECT_EQ(*answer, model_.people().at(request.id).customer) << Op::operation.name;
      }
    }
  }

  void sign_in() {
    const CheckPassword request{email(), one_of(kPasswords)};
    const auto answer = customers_->handle(request, any_context());
    EXPECT_EQ(rule_of(answer), model_.sign_in(request));
    if (answer) {
      EXPECT_EQ(*answer, model_.find(request.email)->customer);
    }
  }

  banyan::SeededRandom random_;
  Model model_;
  banyan::PublishedEvents events_;
  std::unique_ptr<Customers> customers_ =
      make_memory_customers({}, banyan::contract::real_environment(), nullptr, &events_);
};

TEST(CustomerHistories, AreThoseOfTheModel) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int step = 0; step < 60; ++step) history.go_on();
    history.compare();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace customers
