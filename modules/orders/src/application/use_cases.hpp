// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/order_store.hpp"
#include "orders/module.hpp"

/// What orders does, one function (and one file) for each operation of the port.
namespace orders {

/// What the use cases work with. All references outlive them.
struct Desk {
  OrderStore& store;
  catalog::Catalog& catalog;
  warehouse::Warehouse& warehouse;
  const banyan::Environment& environment;
  SagaPolicy policy;

  banyan::Timestamp now() const { return environment.clock.now(); }
};

banyan::Result<OrderDetails> place_order(const Desk& desk, const PlaceOrder& request,
                                         const banyan::Context& context);
banyan::Result<OrderDetails> get_order(const Desk& desk, const GetOrder& request,
                                       const banyan::Context& context);
banyan::Result<OrderPage> list_orders(const Desk& desk, const ListOrders& request,
                                      const banyan::Context& context);
banyan::Result<OrderDetails> cancel_order(const Desk& desk, const CancelOrder& request,
                                          const banyan::Context& context);
banyan::Result<OrderDetails> resume_order(const Desk& desk, const ResumeOrder& request,
                                          const banyan::Context& context);

/// One round of the background runner: goes on with every saga that is due.
void drive_due_sagas(const Desk& desk);

/// The port on a store, with the background runner on the environment's scheduler.
std::unique_ptr<Orders> make_orders_on(std::unique_ptr<OrderStore> store, Needs needs,
                                       const banyan::Environment& environment,
                                       const SagaPolicy& policy);

}  // namespace orders
