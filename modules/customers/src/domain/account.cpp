// SPDX-License-Identifier: Apache-2.0
#include "domain/account.hpp"

#include "domain/details.hpp"

namespace customers {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

Account Account::open(CustomerId id, const OpenAccount& request,
                      std::optional<std::string> password_hash, banyan::Timestamp now) {
  Customer customer{.id = std::move(id),
                    .name = request.name,
                    .email = request.email,
                    .credit_reason = {},
                    .address = request.address,
                    .opened_at = now};
  return Account({std::move(customer), std::move(password_hash)});
}

Result<void> Account::check_open() const {
  if (data_.customer.state == AccountState::Open) return {};
  return fail(ErrorCode::FailedPrecondition, "customers.account_closed",
              "the account of customer " + data_.customer.id.str() +
                  " is closed, for good; a new one can be opened");
}

Result<bool> Account::rename(const std::string& name) {
  DetailsCheck check;
  check.name(name);
  if (auto right = check.result(); !right) return fail(right.error());
  if (auto open = check_open(); !open) return fail(open.error());
  if (data_.customer.name == name) return false;
  data_.customer.name = name;
  return changed();
}

Result<bool> Account::move_to(const Address& address) {
  DetailsCheck check;
  check.address(address);
  if (auto right = check.result(); !right) return fail(right.error());
  if (auto open = check_open(); !open) return fail(open.error());
  if (data_.customer.address == address) return false;
  data_.customer.address = address;
  return changed();
}

Result<bool> Account::put_on_hold(const std::string& reason) {
  DetailsCheck check;
  check.reason(reason);
  if (auto right = check.result(); !right) return fail(right.error());
  if (auto open = check_open(); !open) return fail(open.error());
  if (data_.customer.credit == Credit::OnHold) {
    if (data_.customer.credit_reason == reason) return false;
    return fail(ErrorCode::FailedPrecondition, "customers.already_on_hold",
                "the credit of customer " + data_.customer.id.str() +
                    " is on hold for another reason; restore it first");
  }
  data_.customer.credit = Credit::OnHold;
  data_.customer.credit_reason = reason;
  return changed();
}

Result<bool> Account::restore_credit() {
  if (auto open = check_open(); !open) return fail(open.error());
  if (data_.customer.credit == Credit::Good) return false;
  data_.customer.credit = Credit::Good;
  data_.customer.credit_reason.reset();
  return changed();
}

Result<bool> Account::close() {
  if (data_.customer.state == AccountState::Closed) return false;
  if (data_.customer.credit == Credit::OnHold) {
    return fail(ErrorCode::FailedPrecondition, "customers.credit_on_hold",
                "the credit of customer " + data_.customer.id.str() +
                    " is on hold; settle what is open and restore it, then close the account");
  }
  data_.customer.state = AccountState::Closed;
  data_.password_hash.reset();
  return changed();
}

Result<void> Account::set_password_hash(std::string hash) {
  if (auto open = check_open(); !open) return open;
  data_.password_hash = std::move(hash);
  return {};
}

bool Account::changed() {
  ++data_.customer.version;
  return true;
}

}  // namespace customers
