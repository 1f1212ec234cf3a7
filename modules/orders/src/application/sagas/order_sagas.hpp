// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/order_store.hpp"
#include "application/sagas/cancelling.hpp"
#include "application/sagas/placing.hpp"
#include "application/sagas/returning.hpp"
#include "banyan/kernel/saga_engine.hpp"

namespace orders {

/// What the kit's engine has to know of orders.
struct OrderSagas {
  using Store = OrderStore;
  using Reading = OrdersReading;
  using Writing = OrdersWriting;
  using State = Order;
  using Ports = banyan::SagaPorts<warehouse::Warehouse, payments::Payments, shipping::Shipping>;
  using Sagas = banyan::SagaList<PlacingV1, Placing, Cancelling, Returning>;
  static constexpr std::string_view module = "orders";

  static banyan::SagaRows& rows(OrdersReading& orders) { return orders.sagas(); }
  static std::optional<Order> load(OrdersReading& orders, const std::string& subject);
  /// Writes the order down, and its history.
  static void save(OrdersWriting& orders, const Order& before, const Order& after,
                   banyan::Timestamp now);
  /// It is known now what the order's placing answers, if this is that. When somebody wanted the
  /// order cancelled and it was sold before, it is cancelled as what is paid is.
  static void ended(banyan::SagaEngine<OrderSagas>& engine, OrdersWriting& orders,
                    banyan::UnitOfWork& unit, const Order& order, const banyan::SagaRecord& saga);
  /// Takes over what a version before the kit's engine has left.
  static void before_round(OrderStore& store, banyan::SagaEngine<OrderSagas>& engine,
                           const banyan::Context& context);
};

using OrderEngine = banyan::SagaEngine<OrderSagas>;

/// What is there, to be answered with: not the caller's to drive.
OrderEngine::Case case_of(OrderWithSaga found);

/// The id of the saga that places an order: the order's, digit for digit.
banyan::SagaId placing_of(const OrderId& order);

/// If a version before the kit's engine has begun the order's saga and not ended it: that saga, as
/// an instance of the kit's. `idle_only`: unless that version may be driving it now.
void adopt_old_saga(OrderEngine& engine, OrdersWriting& orders, banyan::UnitOfWork& unit,
                    const OrderId& id, bool idle_only);

}  // namespace orders

extern template class banyan::SagaEngine<orders::OrderSagas>;
