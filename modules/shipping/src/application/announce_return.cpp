// SPDX-License-Identifier: Apache-2.0
#include "application/ask_carrier.hpp"
#include "application/attend.hpp"
#include "application/use_cases.hpp"

namespace shipping {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;

std::unexpected<banyan::Error> ask_later(const OrderId& order, const std::string& why) {
  return fail(ErrorCode::Unavailable, "shipping.carrier_unreachable",
              "whether the parcel of " + order.str() + " is still at the shop is for the carrier" +
                  " to say, " + why + "; ask again");
}

std::unexpected<banyan::Error> not_here(const OrderId& order, const std::string& why) {
  return fail(ErrorCode::FailedPrecondition, "shipping.not_delivered",
              "the parcel of " + order.str() + " was brought back, and " + why +
                  "; only what is at the shop, or was delivered, can be returned");
}

/// What was brought back may have been sent out again since the carrier was asked, and money would
/// go back while goods go out.
Result<void> ask_where_it_is(const UseCaseContext& use_case, const OrderId& order,
                             const banyan::Context& context) {
  switch (attend(use_case, order, context)) {
    case Attended::Answered: return {};
    case Attended::NotAnswered: return ask_later(order, "and it does not answer");
    case Attended::Nothing: break;
  }
  return ask_later(order, "and somebody else is asking it just now");
}

/// Of what was brought back as far as is known: is it so, by what the carrier has just said?
Result<void> check_here(const UseCaseContext& use_case, const Record& record, bool was_asked,
                        const banyan::LeaseTime& now) {
  const OrderId& order = record.consignment.data().order;
  if (!was_asked || record.turn.is_under_way(now, use_case.policy)) {
    return ask_later(order, "and somebody else is asking it just now");
  }
  if (record.turn.problem.value_or("").starts_with(std::string(kBroughtBackRule) + ": ")) return {};
  const auto carrier = carrier_for(use_case.carrier, record.consignment, Leg::Outbound);
  if (!carrier) return fail(carrier.error());
  return not_here(order, "the carrier does not say any more where it is (" +
                             record.turn.problem.value_or("without a reason") + ")");
}

/// Whoever has seen to what was brought back has sent it out by a way that no carrier tells of. Who
/// and why is not said: this comes to the customer's eyes.
Result<void> check_nobody_has_sent_it(const Record& record) {
  const Consignment::Data& data = record.consignment.data();
  if (data.state != ConsignmentState::InTransit || !data.brought_back_at || is_here(record)) {
    return {};
  }
  return not_here(data.order,
                  "the shop has seen to it, and it counts as sent out again by another way");
}

}  // namespace

Result<ConsignmentDetails> announce_return(const UseCaseContext& use_case,
                                           const AnnounceReturn& request,
                                           const banyan::Context& context) {
  const std::optional<Record> known = use_case.store.read(
      context, [&](ShippingReading& shipping) { return shipping.find(request.order); });
  if (!known) return unknown_consignment(request.order);
  const bool ask = is_here(*known);
  if (ask) {
    if (Result<void> said = ask_where_it_is(use_case, request.order, context); !said) {
      return fail(said.error());
    }
  }
  const banyan::Timestamp now = use_case.now();
  return use_case.store.write(
      context,
      [&](ShippingWriting& shipping, banyan::UnitOfWork& unit) -> Result<ConsignmentDetails> {
        std::optional<Record> record = shipping.find(request.order);
        if (!record) return unknown_consignment(request.order);
        if (is_here(*record)) {
          Result<void> here = check_here(use_case, *record, ask, unit.lease_now());
          if (!here) return fail(here.error());
        }
        if (Result<void> good = check_nobody_has_sent_it(*record); !good) {
          return fail(good.error());
        }
        const ConsignmentState before = record->consignment.data().state;
        if (Result<void> done = record->consignment.announce_return(now); !done) {
          return fail(done.error());
        }
        // What was wrong on the way out is past.
        if (record->consignment.data().state != before) record->turn.note_problem({}, now);
        record->turn.news();
        keep(shipping, unit, *record);
        return details_of(*record);
      });
}

}  // namespace shipping
