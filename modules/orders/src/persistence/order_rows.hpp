// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "domain/order.hpp"

namespace banyan::sql {
class Session;
}

namespace orders {

/// The rows of an order and of its lines. False when the id is there already.
bool insert_order(banyan::sql::Session& session, const Order::Data& order);

/// The lines of an order whose money is in `currency`, in their order.
std::vector<OrderLine> lines_of(banyan::sql::Session& session, const OrderId& order,
                                const std::string& currency);

}  // namespace orders
