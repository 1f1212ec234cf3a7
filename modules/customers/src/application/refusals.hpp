// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/result.hpp"
#include "customers/ids.hpp"

namespace customers {

inline std::unexpected<banyan::Error> unknown_customer(const CustomerId& id) {
  return banyan::fail(banyan::ErrorCode::NotFound, "customers.unknown_customer",
                      "there is no customer " + id.str());
}

/// Says no more than that: neither which of the two was wrong, nor who is known here.
inline std::unexpected<banyan::Error> wrong_credentials() {
  return banyan::fail(banyan::ErrorCode::Unauthenticated, "customers.wrong_credentials",
                      "e-mail address and password do not go together");
}

}  // namespace customers
