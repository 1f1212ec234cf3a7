// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "banyan/kernel/examples.hpp"
#include "shipping/port.hpp"

/// Examples of each operation and each error, for /openapi.json.
namespace shipping {
namespace examples_of {

inline const OrderId kOrder = banyan::example_id<OrderId>(21);
inline const CustomerId kAda = banyan::example_id<CustomerId>(11);
inline constexpr banyan::Timestamp kPaid{1'764'400'000'000'000};
inline constexpr banyan::Timestamp kLater{1'764'450'000'000'000};

inline ConsignmentDetails consignment(ConsignmentState state) {
  ConsignmentDetails details;
  details.order = kOrder;
  details.customer = kAda;
  details.state = state;
  details.tracking_number = "004170000123";
  details.tracking = {{Leg::Outbound, Sighting::Collected, kLater, "COLLECTED BY DRIVER 12"}};
  details.paid_at = kPaid;
  details.changed_at = kLater;
  return details;
}

}  // namespace examples_of

inline auto examples() {
  using namespace examples_of;
  using enum ConsignmentState;
  ConsignmentDetails cancelled = consignment(Cancelled);
  cancelled.tracking.clear();
  ConsignmentDetails seen_to = consignment(InTransit);
  seen_to.brought_back_at = kLater;
  seen_to.problem = "carrier.brought_back: the carrier has brought it back";
  seen_to.seen_to = {"ada@shop", "sent again by messenger", kLater};
  return std::tuple(
      banyan::example(GetConsignment{kOrder}, consignment(InTransit)),
      banyan::example(ListOverdueConsignments{.hours = 24, .cursor = {}, .limit = 50},
                      {{{kOrder, kAda, kPaid, "the carrier does not answer"}}, std::nullopt}),
      banyan::example(GetProblem{kOrder}, {kOrder, seen_to.problem, kLater, seen_to.seen_to}),
      banyan::example(SeeToProblem{kOrder, "ada@shop", "sent again by messenger"}, seen_to),
      banyan::example(CancelConsignment{kOrder}, cancelled),
      banyan::example(AnnounceReturn{kOrder}, consignment(Returning)),
      banyan::example(RefreshTracking{kOrder}, consignment(InTransit)));
}

inline std::vector<banyan::Error> example_errors() {
  using banyan::ErrorCode;
  const std::string order = "order " + examples_of::kOrder.str();
  return {
      {ErrorCode::NotFound, "shipping.unknown_consignment", "nothing is sent for " + order, {}},
      {ErrorCode::InvalidArgument,
       "shipping.bad_cursor",
       "the cursor \"abc\" is none of this list: take next_cursor of the page before",
       {}},
      {ErrorCode::InvalidArgument, "shipping.bad_limit", "limit is 0, expected 1 to 200", {}},
      {ErrorCode::InvalidArgument,
       "shipping.bad_note",
       "say who has seen to it, and why nothing is left to do",
       {{"/by", "expected a line of 1 to 200 bytes"}}},
      {ErrorCode::FailedPrecondition,
       "shipping.already_dispatched",
       "the carrier has what was sent for " + order + "; it can be returned when it has arrived",
       {}},
      {ErrorCode::Unavailable,
       "shipping.carrier_unreachable",
       order + ": the carrier does not answer, so whether it can be stopped is unknown; ask again",
       {}},
      {ErrorCode::Internal,
       "shipping.other_carrier",
       "the parcel of " + order +
           " is with overland/40017, and this process reaches messenger only",
       {}},
      {ErrorCode::FailedPrecondition,
       "shipping.not_delivered",
       "what was sent for " + order + " is not delivered yet",
       {}}};
}

}  // namespace shipping
