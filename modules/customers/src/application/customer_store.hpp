// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "banyan/kernel/store.hpp"
#include "domain/account.hpp"

namespace customers {

/// What can be looked up.
class CustomersReading {
 public:
  virtual ~CustomersReading() = default;
  virtual std::optional<Account> find(const CustomerId& id) = 0;
  /// The open account whose address has this email_key().
  virtual std::optional<Account> find_open(const std::string& email_key) = 0;
  /// The largest id.
  virtual std::optional<CustomerId> newest() = 0;
  /// In the order of ids, after `after` ("" is the start).
  virtual std::vector<Customer> page(const std::string& after, std::int64_t limit) = 0;
};

class CustomersWriting : public CustomersReading {
 public:
  /// An account under a new id. False, and nothing is changed, when another open one has its
  /// e-mail address; the check and the change are one step, also between processes.
  virtual bool add(const Account& account) = 0;
  /// An account that is there, as it is now.
  virtual void save(const Account& account, banyan::Timestamp now) = 0;
};

/// Keeps accounts between calls. Adapters: persistence/sql_customers, memory_customers; the
/// contract is tests/contract/customers/customer_store_contract.hpp.
using CustomerStore = banyan::Store<CustomersReading, CustomersWriting>;

}  // namespace customers
