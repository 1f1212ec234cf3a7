// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/order_store.hpp"

namespace orders {

/// How far a saga is, in the published words.
Fulfilment fulfilment_of(const Saga::Data& saga);

/// An order as others see it.
OrderDetails details_of(const Case& from);

std::unexpected<banyan::Error> unknown_order(const OrderId& id);

}  // namespace orders
