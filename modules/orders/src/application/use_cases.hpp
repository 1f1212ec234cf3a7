// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/names/freshness.hpp"
#include "application/names/names_builder.hpp"
#include "application/order_store.hpp"
#include "application/sagas/order_sagas.hpp"
#include "orders/module.hpp"

/// What orders does, one function (and one file) for each operation of the port.
namespace orders {

/// What the use cases work with. All references outlive them.
struct UseCaseContext {
  OrderStore& store;
  catalog::Catalog& catalog;
  customers::Customers& customers;
  shipping::Shipping& shipping;
  OrderEngine& sagas;
  NamesFreshness& freshness;
  const banyan::Environment& environment;

  banyan::Timestamp now() const { return environment.clock.now(); }
};

banyan::Result<OrderDetails> place_order(const UseCaseContext& use_case, const PlaceOrder& request,
                                         const banyan::Context& context);
banyan::Result<OrderDetails> get_order(const UseCaseContext& use_case, const GetOrder& request,
                                       const banyan::Context& context);
banyan::Result<OrderPage> list_orders(const UseCaseContext& use_case, const ListOrders& request,
                                      const banyan::Context& context);
banyan::Result<OrderDetails> cancel_order(const UseCaseContext& use_case,
                                          const CancelOrder& request,
                                          const banyan::Context& context);
banyan::Result<OrderDetails> resume_order(const UseCaseContext& use_case,
                                          const ResumeOrder& request,
                                          const banyan::Context& context);

banyan::Result<OrderDetails> return_order(const UseCaseContext& use_case,
                                          const ReturnOrder& request,
                                          const banyan::Context& context);

// What shipping tells. The saga that waits for a return asks shipping itself: it is only woken.
banyan::EventAnswer parcel_dispatched(const UseCaseContext& use_case,
                                      const shipping::ConsignmentDispatched& event,
                                      const banyan::Context& context);
banyan::EventAnswer parcel_delivered(const UseCaseContext& use_case,
                                     const shipping::ConsignmentDelivered& event,
                                     const banyan::Context& context);
banyan::EventAnswer parcel_brought_back(const UseCaseContext& use_case,
                                        const shipping::ConsignmentBroughtBack& event,
                                        const banyan::Context& context);
banyan::EventAnswer parcel_sent_out_again(const UseCaseContext& use_case,
                                          const shipping::ConsignmentSentOutAgain& event,
                                          const banyan::Context& context);
banyan::EventAnswer parcel_returned(const UseCaseContext& use_case,
                                    const shipping::ConsignmentReturned& event,
                                    const banyan::Context& context);

// What customers and the catalogue tell of names.
banyan::EventAnswer customer_opened(const UseCaseContext& use_case,
                                    const customers::CustomerOpened& event,
                                    const banyan::Context& context);
banyan::EventAnswer customer_renamed(const UseCaseContext& use_case,
                                     const customers::CustomerRenamed& event,
                                     const banyan::Context& context);
banyan::EventAnswer account_closed(const UseCaseContext& use_case,
                                   const customers::AccountClosed& event,
                                   const banyan::Context& context);
banyan::EventAnswer track_retitled(const UseCaseContext& use_case,
                                   const catalog::TrackRetitled& event,
                                   const banyan::Context& context);

// The names as a banyan::ReadModel.
banyan::ReadModelReport names_report(const UseCaseContext& use_case,
                                     const banyan::Context& context);
banyan::Result<std::int64_t> rebuild_names(const UseCaseContext& use_case,
                                           const banyan::Asked& asked,
                                           const banyan::Context& context);
banyan::Result<void> names_complete(const UseCaseContext& use_case, const std::string& source,
                                    banyan::Timestamp until, const banyan::Context& context);

/// The port on a store, with the background runner on the environment's scheduler.
std::unique_ptr<Module> make_orders_on(std::unique_ptr<OrderStore> store, Needs needs,
                                       const banyan::Environment& environment,
                                       const SagaPolicy& policy);

}  // namespace orders
