// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "banyan/sql/module_database.hpp"
#include "customers/module.hpp"
#include "domain/details.hpp"
#include "persistence/account_rows.hpp"
#include "persistence/opened_from.hpp"

namespace customers {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;
using banyan::sql::Session;

Result<void> check(const CustomerRecord& record) {
  DetailsCheck details;
  details.name(record.name);
  details.email(record.email);
  if (record.address) details.address(*record.address);
  Result<void> right = details.result();
  if (!right) {
    banyan::Error error = std::move(right.error());
    error.message = "customer " + record.id.str() + ": " + error.message;
    return fail(std::move(error));
  }
  return {};
}

Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                  std::span<const CustomerRecord> records) {
  for (const CustomerRecord& record : records) {
    if (Result<void> right = check(record); !right) return right;
  }
  return database.write(context, [records](Session& session) -> Result<void> {
    AccountRows rows(session);
    for (const CustomerRecord& record : records) {
      if (rows.insert(opened_from(record))) continue;
      return fail(ErrorCode::AlreadyExists, "customers.already_loaded",
                  "there is a customer " + record.id.str() +
                      " already, or one with the same e-mail address; nothing of this batch was"
                      " loaded. Load into a new database.");
    }
    return {};
  });
}

bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const CustomerRecord> records) {
  return database.read(context, [records](Session& session) {
    AccountRows rows(session);
    return std::ranges::all_of(records, [&rows](const CustomerRecord& record) {
      const std::optional<Account> account = rows.find(record.id);
      return account && account->data() == opened_from(record).data();
    });
  });
}

std::int64_t count_customers(banyan::sql::ModuleDatabase& database,
                             const banyan::Context& context) {
  return database.read(context, [](Session& session) {
    return session.value<std::int64_t>("SELECT count(*) FROM customers").value_or(0);
  });
}

}  // namespace customers
