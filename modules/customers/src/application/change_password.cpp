// SPDX-License-Identifier: Apache-2.0
#include "application/keep_password.hpp"
#include "domain/details.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::fail;
using banyan::Result;
using Verdict = PasswordHasher::Verdict;

Result<bool> is_password(const UseCaseContext& use_case, const Account& account,
                         const std::string& password, const Context& context) {
  const Result<Verdict> verdict =
      use_case.passwords.check(password, account.data().password_hash, context);
  if (!verdict) return fail(verdict.error());
  return *verdict != Verdict::Wrong;
}

}  // namespace

Result<Customer> change_password(const UseCaseContext& use_case, const ChangePassword& request,
                                 const Context& context) {
  DetailsCheck check;
  check.password(request.password);
  if (auto right = check.result(); !right) return fail(right.error());
  // Who has got hold of a session guesses here.
  Result<SignInAttempts::Attempt> attempt =
      use_case.attempts.begin(request.id.str(), context.place);
  if (!attempt) return fail(attempt.error());
  const std::optional<Account> account = use_case.store.read(
      context, [&](CustomersReading& customers) { return customers.find(request.id); });
  if (!account) return unknown_customer(request.id);
  if (auto open = account->check_open(); !open) return fail(open.error());
  if (account->data().password_hash) {
    const Result<bool> knows =
        is_password(use_case, *account, request.current.value_or(""), context);
    if (!knows) return fail(knows.error());
    if (!*knows) {
      // Asked a second time, because the first answer got lost: it is the password already.
      const Result<bool> done = is_password(use_case, *account, request.password, context);
      if (!done) return fail(done.error());
      if (*done) return account->data().customer;
      attempt->was_wrong();
      return wrong_credentials();
    }
  }
  const Result<std::string> hash = use_case.passwords.hash(request.password, context);
  if (!hash) return fail(hash.error());
  return keep_password(use_case, *account, *hash, context);
}

}  // namespace customers
