// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/event.hpp"
#include "customers/port.hpp"

/// What the customers module tells others. No e-mail address and no password ever stands in an
/// event: logs keep them for long.
namespace customers {

struct CustomerOpened {
  CustomerId customer;
  std::string name;
  std::optional<Address> address;
  banyan::Timestamp opened_at;
  static constexpr banyan::EventInfo event{.name = "customer_opened",
                                           .version = 1,
                                           .summary = "Somebody has an account now.",
                                           .key = "customer"};
};
BOOST_DESCRIBE_STRUCT(CustomerOpened, (), (customer, name, address, opened_at))

struct CustomerRenamed {
  CustomerId customer;
  std::string name;
  static constexpr banyan::EventInfo event{.name = "customer_renamed",
                                           .version = 1,
                                           .summary = "The customer has another name.",
                                           .key = "customer"};
};
BOOST_DESCRIBE_STRUCT(CustomerRenamed, (), (customer, name))

struct AddressChanged {
  CustomerId customer;
  Address address;
  static constexpr banyan::EventInfo event{.name = "address_changed",
                                           .version = 1,
                                           .summary = "Parcels go to another address.",
                                           .key = "customer"};
};
BOOST_DESCRIBE_STRUCT(AddressChanged, (), (customer, address))

struct CreditChanged {
  CustomerId customer;
  Credit credit = Credit::Good;
  std::optional<std::string> reason;  ///< there when it is on hold
  static constexpr banyan::EventInfo event{.name = "credit_changed",
                                           .version = 1,
                                           .summary = "The credit is on hold, or good again.",
                                           .key = "customer"};
};
BOOST_DESCRIBE_STRUCT(CreditChanged, (), (customer, credit, reason))

struct AccountClosed {
  CustomerId customer;
  static constexpr banyan::EventInfo event{.name = "account_closed",
                                           .version = 1,
                                           .summary = "The customer has left for good.",
                                           .key = "customer"};
};
BOOST_DESCRIBE_STRUCT(AccountClosed, (), (customer))

using Published =
    banyan::Events<CustomerOpened, CustomerRenamed, AddressChanged, CreditChanged, AccountClosed>;

}  // namespace customers
