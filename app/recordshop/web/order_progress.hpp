// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "orders/port.hpp"
#include "web/html.hpp"

namespace recordshop::web {

/// The word for a state.
std::string label_of(orders::OrderState state);

/// How far an order is on its way to the customer; nothing when it is not on that way any more.
Html progress(const orders::OrderDetails& order);
/// What else is to be said of it: why it is given up, or what is in its way.
Html what_happened(const orders::OrderDetails& order);

/// It moves on by itself, so that looking again is worth while.
bool is_moving(const orders::OrderDetails& order);
bool may_be_cancelled(const orders::OrderDetails& order);

}  // namespace recordshop::web
