// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "banyan/kernel/result.hpp"
#include "customers/port.hpp"

namespace customers {

/// A customer's account, as a state machine:
///
///     (nothing) ── open ──▶ Good ◀── restore ── OnHold
///                            ├─── put on hold ────▲
///                            └─ close ─▶ Closed          for good
///
/// Name, address and password change in Good and OnHold. Asking for what is so already changes
/// nothing; the answers of the verbs say whether something changed. Every change makes the version
/// one larger.
class Account {
 public:
  struct Data {
    Customer customer;
    std::optional<std::string> password_hash;  ///< not when closed
    friend bool operator==(const Data&, const Data&) = default;
  };

  static Account open(CustomerId id, const OpenAccount& request,
                      std::optional<std::string> password_hash, banyan::Timestamp now);
  static Account stored(Data data) { return Account(std::move(data)); }

  /// "customers.account_closed", like all that follow; "customers.bad_details".
  banyan::Result<bool> rename(const std::string& name);
  /// "customers.bad_details".
  banyan::Result<bool> move_to(const Address& address);
  /// "customers.already_on_hold" for another reason; "customers.bad_details".
  banyan::Result<bool> put_on_hold(const std::string& reason);
  banyan::Result<bool> restore_credit();
  /// "customers.credit_on_hold": what is open is settled first. Never "customers.account_closed".
  banyan::Result<bool> close();
  banyan::Result<void> set_password_hash(std::string hash);

  /// "customers.account_closed" unless it is open.
  banyan::Result<void> check_open() const;

  const Data& data() const { return data_; }

 private:
  explicit Account(Data data) : data_(std::move(data)) {}
  bool changed();

  Data data_;
};

}  // namespace customers
