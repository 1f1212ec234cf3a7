// SPDX-License-Identifier: Apache-2.0
#include "application/ask_carrier.hpp"
#include "application/attend.hpp"
#include "application/use_cases.hpp"

namespace shipping {
namespace {

using banyan::fail;
using banyan::Result;
using banyan::UnitOfWork;

/// The wish, written down. Where there is nothing to cancel yet, a note for a payment that is heard
/// of late.
Result<Record> wish(const UseCaseContext& use_case, const OrderId& order,
                    const banyan::Context& context) {
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context, [&](ShippingWriting& shipping, UnitOfWork& unit) -> Result<Record> {
        std::optional<Record> record = shipping.find(order);
        if (!record) {
          record = Record{Consignment::never(order, now), {}};
          shipping.add(*record);
        } else if (Result<void> done = record->consignment.cancel(now); !done) {
          return fail(done.error());
        }
        if (record->turn.leased_to.empty()) record->turn.waits_until = {};
        keep(shipping, unit, *record);
        return *record;
      });
}

}  // namespace

Result<ConsignmentDetails> cancel_consignment(const UseCaseContext& use_case,
                                              const CancelConsignment& request,
                                              const banyan::Context& context) {
  Result<Record> wished = wish(use_case, request.order, context);
  if (!wished) return fail(wished.error());
  if (wished->consignment.data().state == ConsignmentState::Cancelled) return details_of(*wished);

  attend(use_case, request.order, context);
  const std::optional<Record> record = use_case.store.read(
      context, [&](ShippingReading& shipping) { return shipping.find(request.order); });
  const Consignment::Data& data = record.value().consignment.data();
  if (data.state == ConsignmentState::Cancelled) return details_of(*record);
  if (data.cancelling) {
    const auto carrier = carrier_for(use_case.carrier, record->consignment, Leg::Outbound);
    if (!carrier) return fail(carrier.error());
    return fail(banyan::ErrorCode::Unavailable, "shipping.carrier_unreachable",
                "the carrier has not agreed yet to leave " + request.order.str() +
                    " behind; it is asked in the background, so ask again" +
                    (record->turn.problem ? ": " + *record->turn.problem : ""));
  }
  return fail(
      banyan::ErrorCode::FailedPrecondition, "shipping.already_dispatched",
      "the carrier has collected " + request.order.str() + "; once delivered it can be sent back");
}

}  // namespace shipping
