// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "domain/order.hpp"

namespace banyan::sql {
class Session;
}

namespace orders {

/// The rows of an order and of its lines. False when the id is there already.
bool insert_order(banyan::sql::Session& session, const Order::Data& order);

}  // namespace orders
