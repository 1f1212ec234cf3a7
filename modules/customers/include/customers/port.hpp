// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/paging.hpp"
#include "banyan/kernel/port.hpp"
#include "customers/ids.hpp"

/// Who buys at the shop: accounts, where their parcels go, and whether they may buy on invoice.
namespace customers {

/// Where parcels go. The country decides about tax.
struct Address {
  std::string recipient;  ///< 1 … 100 characters
  std::string street;     ///< with the number, 1 … 100 characters
  std::string
      postal_code;      ///< as the country writes it, at most 20 characters; "" where it has none
  std::string city;     ///< 1 … 100 characters
  std::string country;  ///< ISO 3166-1 alpha-2: "DE"
  friend bool operator==(const Address&, const Address&) = default;
};
BOOST_DESCRIBE_STRUCT(Address, (), (recipient, street, postal_code, city, country))

/// Closed is for good.
enum class AccountState : std::uint8_t { Open, Closed };
BOOST_DESCRIBE_ENUM(AccountState, Open, Closed)

/// May an open account buy on invoice? By card everybody can who has one.
enum class Credit : std::uint8_t { Good, OnHold };
BOOST_DESCRIBE_ENUM(Credit, Good, OnHold)

struct Customer {
  CustomerId id;
  std::string name;
  std::string email;
  AccountState state = AccountState::Open;
  Credit credit = Credit::Good;
  std::optional<std::string> credit_reason;  ///< there while the credit is on hold
  std::optional<Address> address;
  banyan::Timestamp opened_at;
  /// One more with every change of what stands here; the operations that change it take the version
  /// that their caller has seen (banyan/kernel/version.hpp).
  std::int64_t version = 1;
  friend bool operator==(const Customer&, const Customer&) = default;
};
BOOST_DESCRIBE_STRUCT(Customer, (),
                      (id, name, email, state, credit, credit_reason, address, opened_at, version))

struct CustomerPage {
  std::vector<Customer> customers;         ///< in the order of their opening
  std::optional<std::string> next_cursor;  ///< absent on the last page
};
BOOST_DESCRIBE_STRUCT(CustomerPage, (), (customers, next_cursor))

struct OpenAccount {
  std::string name;   ///< 1 … 100 characters
  std::string email;  ///< whatever its upper and lower case, one open account has it
  std::optional<Address> address;
  std::optional<std::string> password;  ///< 8 … 200 characters; without one nobody can sign in

  /// What a repetition under the key is told by: nothing of a password may be kept for that.
  OpenAccount without_secrets() const { return {name, email, address, std::nullopt}; }

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "open_account",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::ByKey,
      .errors = banyan::errors("customers.bad_details", "customers.email_taken",
                               "customers.too_busy", "customers.too_many_attempts"),
      .summary = "Opens an account.",
      .precondition = "no open account has this e-mail address",
      .postcondition = "one account is open for the key, with good credit",
      .on_behalf_of = "email"};
};
BOOST_DESCRIBE_STRUCT(OpenAccount, (), (name, email, address, password))

struct GetCustomer {
  CustomerId id;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "get_customer",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("customers.unknown_customer"),
      .summary = "One customer, also one whose account is closed.",
      .precondition = "the account was opened once"};
};
BOOST_DESCRIBE_STRUCT(GetCustomer, (), (id))

inline constexpr banyan::PageBounds kPage{.usual = 100, .most = 500};

struct ListCustomers {
  std::optional<std::string> cursor;  ///< `next_cursor` of the page before
  std::optional<std::int64_t> limit;  ///< 1 … 500, else 100
  std::optional<std::string> email;   ///< only the open account that has this address

  using Response = CustomerPage;
  static constexpr std::array limits{banyan::page_limit(kPage)};
  static constexpr banyan::Operation operation{
      .name = "list_customers",
      .effect = banyan::Effect::Read,
      .errors = banyan::errors("customers.bad_cursor", "customers.bad_limit"),
      .summary = "All customers, a page at a time.",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ListCustomers, (), (cursor, limit, email))

struct Rename {
  CustomerId id;
  std::string name;  ///< 1 … 100 characters
  std::optional<std::int64_t> if_version = std::nullopt;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "rename",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.account_closed",
                               "customers.bad_details", "customers.changed_meanwhile"),
      .summary = "The customer has another name.",
      .precondition = "the account is open",
      .postcondition = "the customer has this name"};
};
BOOST_DESCRIBE_STRUCT(Rename, (), (id, name, if_version))

struct ChangeAddress {
  CustomerId id;
  Address address;
  std::optional<std::int64_t> if_version = std::nullopt;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "change_address",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.account_closed",
                               "customers.bad_details", "customers.changed_meanwhile"),
      .summary = "Parcels go to another address from now on.",
      .precondition = "the account is open",
      .postcondition = "the customer has this address"};
};
BOOST_DESCRIBE_STRUCT(ChangeAddress, (), (id, address, if_version))

struct PutOnHold {
  CustomerId id;
  std::string reason;  ///< 1 … 200 characters
  std::optional<std::int64_t> if_version = std::nullopt;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "put_on_hold",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.account_closed",
                               "customers.already_on_hold", "customers.bad_details",
                               "customers.changed_meanwhile"),
      .summary =
          "The customer buys nothing more on invoice until the credit is restored; by card they may"
          " buy on.",
      .precondition = "the account is open, and not on hold for another reason",
      .postcondition = "the credit is on hold for this reason"};
};
BOOST_DESCRIBE_STRUCT(PutOnHold, (), (id, reason, if_version))

struct RestoreCredit {
  CustomerId id;
  std::optional<std::int64_t> if_version = std::nullopt;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "restore_credit",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.account_closed",
                               "customers.changed_meanwhile"),
      .summary = "The customer may buy on invoice again.",
      .precondition = "the account is open",
      .postcondition = "the credit is good"};
};
BOOST_DESCRIBE_STRUCT(RestoreCredit, (), (id, if_version))

struct CloseAccount {
  CustomerId id;
  std::optional<std::int64_t> if_version = std::nullopt;

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "close_account",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.credit_on_hold",
                               "customers.changed_meanwhile"),
      .summary =
          "The customer leaves, for good. The e-mail address is free for a new account; orders of"
          " the past stay with the old one.",
      .precondition = "the credit is good",
      .postcondition = "the account is closed; nobody can sign in to it"};
};
BOOST_DESCRIBE_STRUCT(CloseAccount, (), (id, if_version))

struct CheckPassword {
  std::string email;
  std::string password;

  using Response = Customer;
  /// A write, because a hash of a weaker kind than today's is replaced on the way.
  static constexpr banyan::Operation operation{
      .name = "check_password",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.wrong_credentials", "customers.too_busy",
                               "customers.too_many_attempts"),
      .summary =
          "Who signs in. An unknown e-mail address and a wrong password get the same answer after"
          " the same time.",
      .precondition = "an open account has the address and the password",
      .postcondition = "nothing is different, except that the password's hash is of today's kind",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(CheckPassword, (), (email, password))

struct ChangePassword {
  CustomerId id;
  std::optional<std::string> current;  ///< must be there when the account has a password
  std::string password;                ///< the new one, 8 … 200 characters

  using Response = Customer;
  static constexpr banyan::Operation operation{
      .name = "change_password",
      .effect = banyan::Effect::Write,
      .idempotency = banyan::Idempotency::Natural,
      .errors = banyan::errors("customers.unknown_customer", "customers.account_closed",
                               "customers.wrong_credentials", "customers.bad_details",
                               "customers.too_busy", "customers.too_many_attempts"),
      .summary = "Another password from now on, or the first one.",
      .precondition =
          "the account is open, and `current` is its password if it has one (or the"
          " new one is its password already)",
      .postcondition = "the new password signs in, and no other",
      .audience = banyan::Audience::Internal};
};
BOOST_DESCRIBE_STRUCT(ChangePassword, (), (id, current, password))

struct Customers
    : banyan::Port<OpenAccount, GetCustomer, ListCustomers, Rename, ChangeAddress, PutOnHold,
                   RestoreCredit, CloseAccount, CheckPassword, ChangePassword> {
  static constexpr banyan::PortInfo port{
      .name = "customers", .version = {1, 1}, .summary = "Accounts, addresses and credit"};
};

}  // namespace customers
