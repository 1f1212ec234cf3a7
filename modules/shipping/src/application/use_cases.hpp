// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "application/carrier_pause.hpp"
#include "application/shipping_store.hpp"
#include "banyan/kernel/environment.hpp"
#include "payments/events.hpp"
#include "shipping/module.hpp"

/// What shipping does, one function (and one file) for each operation of the port, for the event
/// that begins a consignment, and for the background.
namespace shipping {

/// What the use cases work with. All references outlive them.
struct UseCaseContext {
  ShippingStore& store;
  customers::Customers& customers;
  Carrier& carrier;
  CarrierPause& pause;
  const banyan::Environment& environment;
  CarrierPolicy policy;

  banyan::Timestamp now() const { return environment.clock.now(); }
};

banyan::Result<ConsignmentDetails> get_consignment(const UseCaseContext& use_case,
                                                   const GetConsignment& request,
                                                   const banyan::Context& context);
banyan::Result<OverduePage> list_overdue_consignments(const UseCaseContext& use_case,
                                                      const ListOverdueConsignments& request,
                                                      const banyan::Context& context);
banyan::Result<ConsignmentProblem> get_problem(const UseCaseContext& use_case,
                                               const GetProblem& request,
                                               const banyan::Context& context);
banyan::Result<ConsignmentDetails> see_to_problem(const UseCaseContext& use_case,
                                                  const SeeToProblem& request,
                                                  const banyan::Context& context);
banyan::Result<ConsignmentDetails> cancel_consignment(const UseCaseContext& use_case,
                                                      const CancelConsignment& request,
                                                      const banyan::Context& context);
banyan::Result<ConsignmentDetails> announce_return(const UseCaseContext& use_case,
                                                   const AnnounceReturn& request,
                                                   const banyan::Context& context);
banyan::Result<ConsignmentDetails> refresh_tracking(const UseCaseContext& use_case,
                                                    const RefreshTracking& request,
                                                    const banyan::Context& context);

/// An order is paid: its consignment begins, once, unless it was cancelled before.
banyan::Result<void> begin_consignment(const UseCaseContext& use_case,
                                       const payments::PaymentCaptured& paid,
                                       const banyan::Context& context);

/// Stores a changed consignment and tells others what has happened to it.
void keep(ShippingWriting& shipping, banyan::UnitOfWork& unit, const Record& record);

/// It was brought back, and nobody is known to have sent it out again.
bool is_here(const Record& record);

/// For customers as well: without who has seen to it.
ConsignmentDetails details_of(const Record& record);
std::optional<ProblemSeenTo> seen_to_of(const Record& record);
std::unexpected<banyan::Error> unknown_consignment(const OrderId& order);

}  // namespace shipping
