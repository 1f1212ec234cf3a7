// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"

namespace orders {

/// Makes one call of a saga and says what came of it, in the saga's words.
Attempt ask_warehouse(warehouse::Warehouse& warehouse, const Order& order, const Saga::Call& call,
                      const banyan::Context& context);

}  // namespace orders
