// SPDX-License-Identifier: Apache-2.0
#include "application/use_cases.hpp"
#include "banyan/kernel/paging.hpp"
#include "domain/details.hpp"

namespace customers {
namespace {

std::vector<Customer> look_up(CustomersReading& customers, const std::string& email,
                              const std::string& after) {
  if (!is_email(email)) return {};
  const std::optional<Account> found = customers.find_open(email_key(email));
  if (!found || found->data().customer.id.str() <= after) return {};
  return {found->data().customer};
}

}  // namespace

banyan::Result<CustomerPage> list_customers(const UseCaseContext& use_case,
                                            const ListCustomers& request,
                                            const banyan::Context& context) {
  auto page = banyan::page_request("customers", "customers", kPage, request.cursor, request.limit);
  if (!page) return banyan::fail(page.error());
  CustomerPage answer;
  answer.customers = use_case.store.read(context, [&](CustomersReading& customers) {
    return request.email ? look_up(customers, *request.email, page->after)
                         : customers.page(page->after, page->limit + 1);
  });
  if (std::cmp_greater(answer.customers.size(), page->limit)) {
    answer.customers.pop_back();
    answer.next_cursor = banyan::make_cursor("customers", answer.customers.back().id.str());
  }
  return answer;
}

}  // namespace customers
