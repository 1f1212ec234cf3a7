// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/order_store.hpp"

namespace orders {

/// How far a saga is, in the published words.
Fulfilment fulfilment_of(banyan::SagaStatus status, banyan::SagaPhase phase, std::string_view saga);

/// An order as others see it.
OrderDetails details_of(const Order& order, const std::optional<banyan::SagaInstance>& saga);

/// A name as it is shown. Without one: who has left.
KnownName known_name(const std::string& id, const std::optional<std::string>& name);
KnownName unknown_name(const std::string& id);

/// What placing an order answers: one that could not be is an error to the one who placed it, the
/// first time and every time.
banyan::Result<OrderDetails> answer_to_placing(const Order& order,
                                               const std::optional<banyan::SagaInstance>& saga);

/// A saga is at work that has to end first.
std::unexpected<banyan::Error> busy(const Order& order, const banyan::SagaInstance& saga);

std::unexpected<banyan::Error> unknown_order(const OrderId& id);

}  // namespace orders
