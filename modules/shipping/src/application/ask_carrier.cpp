// SPDX-License-Identifier: Apache-2.0
#include "application/ask_carrier.hpp"

namespace shipping {
namespace {

using banyan::Context;
using banyan::Error;
using banyan::ErrorCode;
using banyan::Result;
using Kind = Answer::Kind;

bool is_no_answer(const Error& error) {
  return error.code == ErrorCode::Unavailable || error.code == ErrorCode::DeadlineExceeded ||
         error.code == ErrorCode::ResourceExhausted || error.code == ErrorCode::Internal;
}

Answer not_done(const Error& error, Leg leg) {
  return {is_no_answer(error) ? Kind::NoAnswer : Kind::Refused,
          leg,
          {},
          error.rule + ": " + error.message};
}

/// What was taxed for one country is not sent to another.
Result<void> check_country(const Consignment::Data& consignment, Leg leg,
                           const customers::Address& address) {
  if (leg == Leg::Return || !consignment.country || *consignment.country == address.country) {
    return {};
  }
  return banyan::fail(ErrorCode::FailedPrecondition, "shipping.country_changed",
                      "order " + consignment.order.str() + " was sold with the tax of " +
                          *consignment.country + ", and customer " + consignment.customer->str() +
                          " lives in " + address.country +
                          " now; cancel the order and place it again, or change the address back");
}

/// Where the parcels go: what the customer's account says now.
Result<customers::Address> address_of(const UseCaseContext& use_case,
                                      const Consignment::Data& consignment,
                                      const Context& context) {
  auto customer = use_case.customers.handle(customers::GetCustomer{*consignment.customer}, context);
  if (!customer) return banyan::fail(customer.error());
  if (!customer->address) {
    return banyan::fail(ErrorCode::FailedPrecondition, "shipping.no_address",
                        "customer " + consignment.customer->str() +
                            " has no address; it is sent as soon as there is one");
  }
  return *customer->address;
}

Answer track(Carrier& carrier, const Shipment& shipment, Leg leg, const Context& context) {
  Result<std::optional<Tracking>> found = carrier.track(shipment, context);
  if (!found) return not_done(found.error(), leg);
  if (!*found) return {Kind::Unknown, leg, {}, {}};
  Answer known{Kind::Known, leg, **std::move(found), {}};
  known.problem = known.tracking.problem;
  const std::string back = std::string(kBroughtBackRule) + ": ";
  if (known.tracking.brought_back_at && !known.problem.value_or("").starts_with(back)) {
    known.problem = back + known.problem.value_or("the carrier has brought it back");
  }
  return known;
}

Answer book(const UseCaseContext& use_case, Carrier& carrier, const Consignment::Data& consignment,
            Leg leg, const Context& context) {
  const auto not_asked = [&](const Error& error) {
    Answer answer = not_done(error, leg);
    answer.was_asked = false;
    return answer;
  };
  const Result<customers::Address> address = address_of(use_case, consignment, context);
  if (!address) return not_asked(address.error());
  if (const Result<void> same = check_country(consignment, leg, *address); !same) {
    return not_asked(same.error());
  }
  Result<std::string> number =
      carrier.book({reference_of(consignment.order, leg), leg, *address, 1}, context);
  if (!number) return not_done(number.error(), leg);
  return {Kind::Booked, leg, {*std::move(number), {}}, {}};
}

/// Once it is cancelled, the carrier has agreed to leave that number behind, and need not remember
/// it. What is watched for is another booking, of a request that came in late: by our reference.
Shipment to_be_left(const Consignment::Data& consignment, Shipment shipment) {
  if (consignment.state == ConsignmentState::Cancelled) shipment.tracking_number.reset();
  return shipment;
}

}  // namespace

Leg leg_of(Errand errand) {
  return errand == Errand::BookReturn || errand == Errand::TrackReturn ? Leg::Return
                                                                       : Leg::Outbound;
}

Result<Carrier*> carrier_for(Carrier& here, const Consignment& consignment, Leg leg) {
  const std::optional<std::string>& name = consignment.carrier_of(leg);
  if (!name) {
    const std::optional<std::string>& number = consignment.number_of(leg);
    if (!number) return &here;
    if (Carrier* const known = here.party_of_number(*number)) return known;
    return banyan::fail(banyan::ErrorCode::Internal, "shipping.other_carrier",
                        "the parcel of " + consignment.data().order.str() + " has the number " +
                            *number + ", which is none of " + here.name() +
                            "; start it with the options of the carrier whose it is");
  }
  if (Carrier* const known = here.party(*name)) return known;
  return banyan::fail(ErrorCode::Internal, "shipping.other_carrier",
                      "the parcel of " + consignment.data().order.str() + " is with " + *name +
                          ", and this process reaches " + here.name() +
                          " only; start it with the options of " + *name);
}

Answer ask_carrier(const UseCaseContext& use_case, Carrier& carrier,
                   const Consignment::Data& consignment, Errand errand, bool asked_before,
                   const Context& context) {
  const Leg leg = leg_of(errand);
  const Shipment shipment{reference_of(consignment.order, leg),
                          leg == Leg::Outbound ? consignment.number : consignment.return_number};
  switch (errand) {
    case Errand::Book:
    case Errand::BookReturn:
      if (asked_before) {
        Answer known = track(carrier, shipment, leg, context);
        if (known.kind != Kind::Unknown) return known;
      }
      return book(use_case, carrier, consignment, leg, context);
    case Errand::Track:
    case Errand::TrackReturn: {
      Answer answer = track(carrier, shipment, leg, context);
      if (answer.kind == Kind::Unknown) {
        answer.problem = "the carrier knows nothing of " + shipment.tracking_number.value_or("") +
                         " (" + shipment.reference + "); ask it where the parcel is";
      }
      return answer;
    }
    case Errand::Cancel: {
      const Result<void> done = carrier.cancel(to_be_left(consignment, shipment), context);
      if (done) return {Kind::Cancelled, leg, {}, {}};
      if (done.error().rule == "carrier.collected") return {Kind::TooLate, leg, {}, {}};
      return not_done(done.error(), leg);
    }
  }
  return {Kind::Unknown, leg, {}, {}};
}

}  // namespace shipping
