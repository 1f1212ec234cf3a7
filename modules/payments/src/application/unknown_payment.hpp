// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/result.hpp"
#include "payments/ids.hpp"

namespace payments {

inline std::unexpected<banyan::Error> unknown_payment(const OrderId& order) {
  return banyan::fail(banyan::ErrorCode::NotFound, "payments.unknown_payment",
                      "nobody has ever asked for the money of order " + order.str());
}

}  // namespace payments
