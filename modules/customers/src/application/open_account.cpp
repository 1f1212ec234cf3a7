// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "customers/events.hpp"
#include "domain/details.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::fail;
using banyan::Result;

Result<void> check(const OpenAccount& request) {
  DetailsCheck check;
  check.name(request.name);
  check.email(request.email);
  if (request.address) check.address(*request.address);
  if (request.password) check.password(*request.password);
  return check.result();
}

std::unexpected<banyan::Error> email_taken() {
  return fail(banyan::ErrorCode::AlreadyExists, "customers.email_taken",
              "there is an account with this e-mail address; sign in, or take another address",
              {{"/email", "belongs to an open account"}});
}

}  // namespace

Result<Customer> open_account(const UseCaseContext& use_case, const OpenAccount& request,
                              const Context& context) {
  if (Result<void> right = check(request); !right) return fail(right.error());
  const std::string key = email_key(request.email);
  const bool taken = use_case.store.read(
      context, [&](CustomersReading& customers) { return customers.find_open(key).has_value(); });
  if (taken) return email_taken();
  std::optional<std::string> password_hash;
  if (request.password) {
    // Nothing is guessed here; but it takes a turn.
    const Result<SignInAttempts::Attempt> turn = use_case.attempts.begin(key, context.place);
    if (!turn) return fail(turn.error());
    Result<std::string> hash = use_case.passwords.hash(*request.password, context);
    if (!hash) return fail(hash.error());
    password_hash = *std::move(hash);
  }
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context, [&](CustomersWriting& customers, banyan::UnitOfWork& unit) -> Result<Customer> {
        CustomerId id =
            CustomerId::make_after(customers.newest(), now, use_case.environment.random);
        const Account account = Account::open(std::move(id), request, password_hash, now);
        if (!customers.add(account)) return email_taken();
        const Customer& customer = account.data().customer;
        unit.publish(
            CustomerOpened{customer.id, customer.name, customer.address, customer.opened_at});
        return customer;
      });
}

}  // namespace customers
