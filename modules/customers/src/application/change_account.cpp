// SPDX-License-Identifier: Apache-2.0
#include "application/refusals.hpp"
#include "application/use_cases.hpp"
#include "banyan/kernel/version.hpp"
#include "customers/events.hpp"

namespace customers {
namespace {

using banyan::Context;
using banyan::fail;
using banyan::Result;

/// Changes an account that is there, in the version that the request is for. `change(account)` says
/// whether there was anything to do, and `event(customer)` what others are told of it.
template <class Request, class Change, class Event>
Result<Customer> change_account(const UseCaseContext& use_case, const Request& request,
                                const Context& context, Change change, Event event) {
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context, [&](CustomersWriting& customers, banyan::UnitOfWork& unit) -> Result<Customer> {
        std::optional<Account> account = customers.find(request.id);
        if (!account) return unknown_customer(request.id);
        const std::int64_t version = account->data().customer.version;
        const Result<bool> changed = change(*account);
        if (!changed) return fail(changed.error());
        const Customer& customer = account->data().customer;
        if (*changed) {
          const auto same =
              banyan::check_version(request.if_version, version, "customers.changed_meanwhile",
                                    "customer " + request.id.str());
          if (!same) return fail(same.error());
          customers.save(*account, now);
          unit.publish(event(customer));
        }
        return customer;
      });
}

CreditChanged credit_changed(const Customer& customer) {
  return {customer.id, customer.credit, customer.credit_reason};
}

}  // namespace

Result<Customer> rename(const UseCaseContext& use_case, const Rename& request,
                        const Context& context) {
  return change_account(
      use_case, request, context, [&](Account& account) { return account.rename(request.name); },
      [](const Customer& customer) { return CustomerRenamed{customer.id, customer.name}; });
}

Result<Customer> change_address(const UseCaseContext& use_case, const ChangeAddress& request,
                                const Context& context) {
  return change_account(
      use_case, request, context,
      [&](Account& account) { return account.move_to(request.address); },
      [](const Customer& customer) {
        return AddressChanged{customer.id, customer.address.value()};
      });
}

Result<Customer> put_on_hold(const UseCaseContext& use_case, const PutOnHold& request,
                             const Context& context) {
  return change_account(
      use_case, request, context,
      [&](Account& account) { return account.put_on_hold(request.reason); }, credit_changed);
}

Result<Customer> restore_credit(const UseCaseContext& use_case, const RestoreCredit& request,
                                const Context& context) {
  return change_account(
      use_case, request, context, [](Account& account) { return account.restore_credit(); },
      credit_changed);
}

Result<Customer> close_account(const UseCaseContext& use_case, const CloseAccount& request,
                               const Context& context) {
  return change_account(
      use_case, request, context, [](Account& account) { return account.close(); },
      [](const Customer& customer) { return AccountClosed{customer.id}; });
}

}  // namespace customers
