// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/refusals.hpp"
#include "application/use_cases.hpp"

namespace customers {

/// Keeps a new hash, unless the one that was looked at is no longer the account's: then somebody
/// else has changed the password meanwhile, and this one is not known to be right.
inline banyan::Result<Customer> keep_password(const UseCaseContext& use_case,
                                              const Account& looked_at, const std::string& hash,
                                              const banyan::Context& context) {
  const banyan::Timestamp now = use_case.now();
  const CustomerId& id = looked_at.data().customer.id;
  return use_case.store.write(
      context, [&](CustomersWriting& customers) -> banyan::Result<Customer> {
        std::optional<Account> account = customers.find(id);
        if (!account) return unknown_customer(id);
        if (account->data().password_hash != looked_at.data().password_hash) {
          return wrong_credentials();
        }
        if (auto done = account->set_password_hash(hash); !done) return banyan::fail(done.error());
        customers.save(*account, now);
        return account->data().customer;
      });
}

}  // namespace customers
