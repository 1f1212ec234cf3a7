// SPDX-License-Identifier: Apache-2.0
#include "web/order_parts.hpp"

#include "payments/method.hpp"
#include "web/frame.hpp"
#include "web/words.hpp"

namespace recordshop::web {
namespace {

using payments::PaymentState;
using shipping::ConsignmentState;
using shipping::Sighting;

std::string words_for(const payments::Payment& payment) {
  switch (payment.state) {
    case PaymentState::Requested: return "We are asking for the payment.";
    case PaymentState::Authorised: return "The money is set aside, and not taken yet.";
    case PaymentState::Declined: return "Your payment was declined.";
    case PaymentState::Captured:
      return payment.refunded == 0 ? "It is paid." : "It is paid, and some of it was given back.";
    case PaymentState::Voided: return "Nothing was charged.";
    case PaymentState::Refunded: return "All of your money was given back.";
  }
  return "";
}

// Of a time before there was a choice there may be other words.
std::string method_text(const std::string& word) {
  const auto method = payments::method_from(word);
  const bool by_invoice = method && method->kind == payments::Method::Kind::Invoice;
  return by_invoice ? "On invoice" : "By card";
}

std::string words_for(const shipping::ConsignmentDetails& consignment) {
  if (consignment.state == ConsignmentState::InTransit && consignment.brought_back_at) {
    return "Nobody took the parcel, and the carrier has brought it back to us.";
  }
  switch (consignment.state) {
    case ConsignmentState::Ordered: return "Your records are being packed.";
    case ConsignmentState::Booked: return "The parcel waits for the carrier.";
    case ConsignmentState::InTransit: return "The parcel is on its way to you.";
    case ConsignmentState::Delivered: return "The parcel was delivered.";
    case ConsignmentState::Returning: return "The parcel is on its way back to us.";
    case ConsignmentState::Returned: return "The parcel is back with us.";
    case ConsignmentState::Cancelled: return "Nothing is sent.";
  }
  return "";
}

std::string words_for(Sighting sighting) {
  switch (sighting) {
    case Sighting::Announced: return "The carrier knows of it";
    case Sighting::Collected: return "Collected";
    case Sighting::OnItsWay: return "On its way";
    case Sighting::Delayed: return "Delayed";
    case Sighting::Delivered: return "Delivered";
  }
  return "";
}

Html tracking(const shipping::TrackingEvent& event) {
  return tag("li", {}, tag("strong", {}, words_for(event.sighting)),
             event.leg == shipping::Leg::Return ? Html(" (back to us)") : Html(), " · ",
             time_text(event.at));
}

Html part(const std::string& title, const Html& content) {
  return tag("section", {{"class", "part"}}, tag("h2", {}, title), content);
}

}  // namespace

Html payment_part(const banyan::Result<payments::Payment>& payment) {
  if (!payment) {
    return is_missing(payment.error()) ? Html() : part("Payment", gap("The payment"));
  }
  Html content = tag("p", {}, words_for(*payment));
  if (payment->method) content += tag("p", {{"class", "note"}}, method_text(*payment->method));
  if (payment->state == PaymentState::Declined && payment->reason) {
    content += tag("p", {{"class", "note"}}, *payment->reason);
  }
  if (payment->amount && payment->refunded > 0) {
    content += tag("p", {{"class", "note"}},
                   "Given back: ", price_text({payment->refunded, payment->amount->currency}));
  }
  return part("Payment", content);
}

Html parcel_part(const banyan::Result<shipping::ConsignmentDetails>& consignment) {
  if (!consignment) {
    return is_missing(consignment.error()) ? Html() : part("Parcel", gap("Where the parcel is"));
  }
  Html content = tag("p", {}, words_for(*consignment));
  if (consignment->tracking_number) {
    content += tag("p", {{"class", "note"}}, "Tracking number ",
                   tag("span", {{"class", "id"}}, *consignment->tracking_number));
  }
  if (!consignment->tracking.empty()) {
    content += tag("ol", {{"class", "journey"}}, each(consignment->tracking, tracking));
  }
  return part("Parcel", content);
}

}  // namespace recordshop::web
