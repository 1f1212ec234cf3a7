// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/order_store.hpp"

namespace orders {

/// How far a saga is, in the published words.
Fulfilment fulfilment_of(const Saga::Data& saga);

/// An order as others see it.
OrderDetails details_of(const Case& from);

/// What placing an order answers: one that could not be is an error to the one who placed it, the
/// first time and every time.
banyan::Result<OrderDetails> answer_to_placing(const Case& placed);

std::unexpected<banyan::Error> unknown_order(const OrderId& id);

}  // namespace orders
