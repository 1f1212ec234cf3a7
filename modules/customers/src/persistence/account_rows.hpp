// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/sql/session.hpp"
#include "domain/account.hpp"

namespace customers {

/// Accounts as rows of the table `customers`; for one unit of work.
class AccountRows {
 public:
  explicit AccountRows(banyan::sql::Session& session) : session_(session) {}

  std::optional<Account> find(const CustomerId& id);
  std::optional<Account> find_open(const std::string& email_key);
  std::vector<Customer> page(const std::string& after, std::int64_t limit);
  /// False, and nothing is changed, when its id or the e-mail address of an open account is there.
  bool insert(const Account& account);
  void update(const Account& account, banyan::Timestamp now);

 private:
  template <class... Args>
  std::vector<Account> accounts(std::string_view which, const Args&... args);

  banyan::sql::Session& session_;
};

}  // namespace customers
