// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "banyan/kernel/environment.hpp"
#include "customers/port.hpp"

namespace banyan {
class MemoryLedger;
class UnitEnding;
namespace sql {
class ModuleDatabase;
}
}  // namespace banyan

/// For the application that hosts the module; other modules include port.hpp.
namespace customers {

/// Nobody.
struct Needs {};

/// The module on its tables; migrations/customers must have been applied. The references must
/// outlive it. Passwords are hashed with Argon2id, a few at a time.
std::unique_ptr<Customers> make_customers(Needs needs, banyan::sql::ModuleDatabase& database,
                                          const banyan::Environment& environment);

/// An account as it is: open, with good credit.
struct CustomerRecord {
  CustomerId id;
  std::string name;
  std::string email;
  std::optional<Address> address;
  /// Of the password, as libsodium writes Argon2id; without one nobody can sign in.
  std::optional<std::string> password_hash;
  banyan::Timestamp opened_at;
};

/// "customers.bad_details" for an account that nobody could open.
banyan::Result<void> check(const CustomerRecord& customer);

/// Puts accounts into the tables as they are, and tells nobody: one batch is one unit of work, so
/// all of it or nothing. AlreadyExists "customers.already_loaded" when one of the ids or e-mail
/// addresses is there; InvalidArgument "customers.bad_details" as check() says.
banyan::Result<void> load(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
                          std::span<const CustomerRecord> customers);

/// Are all of them there as `load` puts them there? One that was changed since is not.
bool holds(banyan::sql::ModuleDatabase& database, const banyan::Context& context,
           std::span<const CustomerRecord> customers);

/// How many accounts there are, closed ones too.
std::int64_t count_customers(banyan::sql::ModuleDatabase& database, const banyan::Context& context);

/// The module on maps instead of tables: for demonstrations and for the tests of those who need
/// customers. It begins with these accounts. With a ledger (see banyan::MemoryLedger), which must
/// outlive it, commands under a key happen once; `ending`, which must too, gets what it publishes.
std::unique_ptr<Customers> make_memory_customers(std::span<const CustomerRecord> customers,
                                                 const banyan::Environment& environment,
                                                 banyan::MemoryLedger* ledger = nullptr,
                                                 banyan::UnitEnding* ending = nullptr);

}  // namespace customers
