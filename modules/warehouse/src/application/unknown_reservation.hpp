// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/result.hpp"
#include "warehouse/ids.hpp"

namespace warehouse {

inline std::unexpected<banyan::Error> unknown_reservation(const OrderId& order) {
  return banyan::fail(banyan::ErrorCode::NotFound, "warehouse.unknown_reservation",
                      "nothing was ever reserved for order " + order.str());
}

}  // namespace warehouse
