// SPDX-License-Identifier: Apache-2.0
#include "application/keep_password.hpp"
#include "domain/details.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::fail;
using banyan::Result;
using Verdict = PasswordHasher::Verdict;

/// Whether it works or not, who signed in is in.
void renew_hash(const UseCaseContext& use_case, const Account& account, const std::string& password,
                const Context& context) {
  const Result<std::string> hash = use_case.passwords.hash(password, context);
  if (hash) static_cast<void>(keep_password(use_case, account, *hash, context));
}

std::optional<Account> account_of(const UseCaseContext& use_case, const std::string& email,
                                  const Context& context) {
  if (!is_email(email)) return std::nullopt;
  return use_case.store.read(
      context, [&](CustomersReading& customers) { return customers.find_open(email_key(email)); });
}

}  // namespace

Result<Customer> check_password(const UseCaseContext& use_case, const CheckPassword& request,
                                const Context& context) {
  // Whether there is such an account or not, and before anything is looked at.
  Result<SignInAttempts::Attempt> attempt = use_case.attempts.begin(
      is_email(request.email) ? email_key(request.email) : std::string(), context.place);
  if (!attempt) return fail(attempt.error());
  const std::optional<Account> account = account_of(use_case, request.email, context);
  const std::optional<std::string> hash = account ? account->data().password_hash : std::nullopt;
  const Result<Verdict> verdict = use_case.passwords.check(request.password, hash, context);
  if (!verdict) return fail(verdict.error());
  if (*verdict == Verdict::Wrong) {
    attempt->was_wrong();
    return wrong_credentials();
  }
  if (*verdict == Verdict::RightButOutdated) {
    renew_hash(use_case, *account, request.password, context);
  }
  return account->data().customer;
}

}  // namespace customers
