// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/resources.hpp"
#include "customers/port.hpp"

namespace customers {

inline bool is_open(const Customer& customer) { return customer.state == AccountState::Open; }
inline bool is_good(const Customer& customer) {
  return is_open(customer) && customer.credit == Credit::Good;
}
inline bool is_on_hold(const Customer& customer) {
  return is_open(customer) && customer.credit == Credit::OnHold;
}

inline constexpr auto http_resources = banyan::resources<Customers>(
    banyan::at<OpenAccount>("POST /customers", "/customers/{id}"),
    banyan::at<GetCustomer>("GET /customers/{id}"), banyan::at<ListCustomers>("GET /customers"),
    banyan::at<Rename>("PUT /customers/{id}/name").offered<&is_open>("rename"),
    banyan::at<ChangeAddress>("PUT /customers/{id}/address").offered<&is_open>("change-address"),
    banyan::at<PutOnHold>("PUT /customers/{id}/hold").offered<&is_good>("put-on-hold"),
    banyan::at<RestoreCredit>("DELETE /customers/{id}/hold").offered<&is_on_hold>("restore-credit"),
    banyan::at<CloseAccount>("DELETE /customers/{id}").offered<&is_good>("close"),
    banyan::at<CheckPassword>("POST /password-checks"),
    banyan::at<ChangePassword>("PUT /customers/{id}/password"));

}  // namespace customers
