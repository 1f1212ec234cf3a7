// SPDX-License-Identifier: Apache-2.0
#include "application/refusals.hpp"
#include "application/use_cases.hpp"

namespace customers {

banyan::Result<Customer> get_customer(const UseCaseContext& use_case, const GetCustomer& request,
                                      const banyan::Context& context) {
  const std::optional<Account> account = use_case.store.read(
      context, [&](CustomersReading& customers) { return customers.find(request.id); });
  if (!account) return unknown_customer(request.id);
  return account->data().customer;
}

}  // namespace customers
