// SPDX-License-Identifier: Apache-2.0
#include "persistence/account_rows.hpp"

#include <array>

#include "domain/details.hpp"

namespace customers {
namespace {

using banyan::Timestamp;
using banyan::sql::ConstraintKind;
using banyan::sql::Fault;
using banyan::sql::FaultKind;
using Text = std::string;
using MaybeText = std::optional<std::string>;

// The words in the table never change.
constexpr std::array<std::string_view, 2> kStates = {"open", "closed"};
constexpr std::array<std::string_view, 2> kCredits = {"good", "on_hold"};

template <class E>
std::string_view word_of(const std::array<std::string_view, 2>& words, E value) {
  return words.at(static_cast<std::size_t>(value));
}

template <class E>
E from_word(const std::array<std::string_view, 2>& words, std::string_view word) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words.at(i) == word) return static_cast<E>(i);
  }
  throw Fault(FaultKind::Misuse, "customers: no state: '" + Text(word) + "'");
}

MaybeText key_of(const Customer& customer) {
  if (customer.state == AccountState::Closed) return std::nullopt;
  return email_key(customer.email);
}

/// A field of the address, or NULL when there is none.
MaybeText part(const Customer& customer, Text Address::* field) {
  if (!customer.address) return std::nullopt;
  return (*customer.address).*field;
}

}  // namespace

template <class... Args>
std::vector<Account> AccountRows::accounts(std::string_view which, const Args&... args) {
  std::vector<Account> found;
  for (auto& [id, name, email, state, credit, reason, hash, recipient, street, postal_code, city,
              country, version, opened_at] :
       session_.all<CustomerId, Text, Text, Text, Text, MaybeText, MaybeText, MaybeText, MaybeText,
                    MaybeText, MaybeText, MaybeText, std::int64_t, Timestamp>(
           Text("SELECT id, name, email, state, credit, credit_reason, password_hash, recipient,"
                " street, postal_code, city, country, version, opened_at FROM customers ")
               .append(which),
           args...)) {
    std::optional<Address> address;
    if (country) {
      address = Address{recipient.value(), street.value(), postal_code.value(), city.value(),
                        *std::move(country)};
    }
    found.push_back(Account::stored(
        {{std::move(id), std::move(name), std::move(email), from_word<AccountState>(kStates, state),
          from_word<Credit>(kCredits, credit), std::move(reason), std::move(address), opened_at,
          version},
         std::move(hash)}));
  }
  return found;
}

std::optional<Account> AccountRows::find(const CustomerId& id) {
  std::vector<Account> found = accounts("WHERE id = :id", id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<Account> AccountRows::find_open(const Text& email_key) {
  std::vector<Account> found = accounts("WHERE email_key = :key", email_key);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<Customer> AccountRows::page(const Text& after, std::int64_t limit) {
  std::vector<Customer> page;
  for (const Account& account :
       accounts("WHERE id > :after ORDER BY id LIMIT :limit", after, limit)) {
    page.push_back(account.data().customer);
  }
  return page;
}

bool AccountRows::insert(const Account& account) {
  const Customer& customer = account.data().customer;
  const auto done = session_.try_run(
      "INSERT INTO customers (id, name, email, email_key, state, credit, credit_reason,"
      " password_hash, recipient, street, postal_code, city, country, version, opened_at,"
      " changed_at) VALUES (:id, :name, :email, :key, :state, :credit, :reason, :hash, :recipient,"
      " :street, :postal_code, :city, :country, :version, :opened, :opened)",
      customer.id, customer.name, customer.email, key_of(customer),
      word_of(kStates, customer.state), word_of(kCredits, customer.credit), customer.credit_reason,
      account.data().password_hash, part(customer, &Address::recipient),
      part(customer, &Address::street), part(customer, &Address::postal_code),
      part(customer, &Address::city), part(customer, &Address::country), customer.version,
      customer.opened_at);
  if (done) return true;
  if (done.error().kind == ConstraintKind::Unique) return false;
  throw Fault(FaultKind::Constraint, "customers: " + to_string(done.error()), done.error());
}

void AccountRows::update(const Account& account, Timestamp now) {
  const Customer& customer = account.data().customer;
  session_.run(
      "UPDATE customers SET name = :name, email_key = :key, state = :state, credit = :credit,"
      " credit_reason = :reason, password_hash = :hash, recipient = :recipient, street = :street,"
      " postal_code = :postal_code, city = :city, country = :country, version = :version,"
      " changed_at = :now WHERE id = :id",
      customer.name, key_of(customer), word_of(kStates, customer.state),
      word_of(kCredits, customer.credit), customer.credit_reason, account.data().password_hash,
      part(customer, &Address::recipient), part(customer, &Address::street),
      part(customer, &Address::postal_code), part(customer, &Address::city),
      part(customer, &Address::country), customer.version, now, customer.id);
}

}  // namespace customers
