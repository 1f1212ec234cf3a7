// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "customers/module.hpp"
#include "domain/account.hpp"

namespace customers {

/// The account that a record describes.
inline Account opened_from(const CustomerRecord& record) {
  return Account::open(record.id, {record.name, record.email, record.address, {}},
                       record.password_hash, record.opened_at);
}

}  // namespace customers
