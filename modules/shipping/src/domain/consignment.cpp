// SPDX-License-Identifier: Apache-2.0
#include "domain/consignment.hpp"

#include <algorithm>
#include <utility>

namespace shipping {
namespace {

using banyan::ErrorCode;
using banyan::fail;
using banyan::Result;
using banyan::Timestamp;
using enum ConsignmentState;

std::string_view name(ConsignmentState state) {
  switch (state) {
    case Ordered: return "ordered";
    case Booked: return "booked";
    case InTransit: return "in transit";
    case Delivered: return "delivered";
    case Returning: return "returning";
    case Returned: return "returned";
    case Cancelled: return "cancelled";
  }
  return "";
}

Result<void> illegal(const Consignment::Data& data, std::string_view next) {
  return fail(ErrorCode::FailedPrecondition, "shipping.illegal_transition",
              "the consignment of " + data.order.str() + " is " + std::string(name(data.state)) +
                  " and cannot be " + std::string(next));
}

/// Has the carrier had it in its hands?
bool on_the_road(Sighting sighting) {
  return sighting != Sighting::Announced && sighting != Sighting::Delayed;
}

/// When the first of such events was, if there was one.
template <class Is>
std::optional<Timestamp> first(const std::vector<TrackingEvent>& events, Leg leg, Is is) {
  const auto found = std::ranges::find_if(
      events, [&](const TrackingEvent& event) { return event.leg == leg && is(event.sighting); });
  if (found == events.end()) return std::nullopt;
  return found->at;
}

bool earlier(const TrackingEvent& left, const TrackingEvent& right) {
  if (left.at != right.at) return left.at < right.at;
  return left < right;
}

}  // namespace

Consignment Consignment::begin(OrderId order, CustomerId customer, Timestamp paid_at, Timestamp now,
                               std::optional<std::string> country) {
  Data data;
  data.order = std::move(order);
  data.country = std::move(country);
  data.customer = std::move(customer);
  data.paid_at = paid_at;
  data.changed_at = now;
  return Consignment(std::move(data));
}

Consignment Consignment::never(OrderId order, Timestamp now) {
  Data data;
  data.order = std::move(order);
  Consignment consignment(std::move(data));
  consignment.become(Cancelled, now);
  return consignment;
}

Result<void> Consignment::cancel(Timestamp now) {
  switch (data_.state) {
    case Cancelled: return {};
    case Ordered:
      if (!data_.asked) {
        become(Cancelled, now);
        return {};
      }
      [[fallthrough]];
    case Booked: data_.cancelling = true; return {};
    default: break;
  }
  return fail(ErrorCode::FailedPrecondition, "shipping.already_dispatched",
              "what order " + data_.order.str() + " is about is " + std::string(name(data_.state)) +
                  "; once delivered it can be sent back");
}

Result<void> Consignment::announce_return(Timestamp now) {
  if (data_.state == Returning || data_.state == Returned) return {};
  if (data_.state == InTransit && data_.brought_back_at) {
    become(Returned, now);
    return {};
  }
  if (data_.state != Delivered) {
    return fail(ErrorCode::FailedPrecondition, "shipping.not_delivered",
                "the consignment of " + data_.order.str() + " is " +
                    std::string(name(data_.state)) +
                    "; only what was delivered, or brought back by the carrier, can be returned");
  }
  become(Returning, now);
  return {};
}

std::optional<Errand> Consignment::errand() const {
  switch (data_.state) {
    case Ordered: return data_.cancelling ? Errand::Cancel : Errand::Book;
    case Booked: return data_.cancelling ? Errand::Cancel : Errand::Track;
    case InTransit: return Errand::Track;
    case Returning: return data_.return_number ? Errand::TrackReturn : Errand::BookReturn;
    case Cancelled:
      if (data_.cancelling) return Errand::Cancel;
      break;
    case Delivered:
    case Returned: break;
  }
  return std::nullopt;
}

void Consignment::heard_of() {
  if (data_.state == Cancelled && data_.asked) data_.cancelling = true;
}

void Consignment::about_to_book(const std::string& carrier, Timestamp now) {
  if (data_.state == Ordered) {
    data_.asked = true;
    data_.unanswered_at = now;
    is_with(Leg::Outbound, carrier);
  }
  if (data_.state == Returning) {
    data_.return_asked = true;
    is_with(Leg::Return, carrier);
  }
}

void Consignment::booking_answered(Leg leg) {
  if (leg == Leg::Outbound) data_.unanswered_at.reset();
}

void Consignment::booking_refused(Leg leg) {
  booking_answered(leg);
  if (leg == Leg::Outbound) {
    data_.asked = false;
    data_.carrier.reset();
  } else {
    data_.return_asked = false;
    data_.return_carrier.reset();
  }
}

void Consignment::is_with(Leg leg, const std::string& carrier) {
  std::optional<std::string>& known = leg == Leg::Outbound ? data_.carrier : data_.return_carrier;
  if (!known) known = carrier;
}

Result<void> Consignment::booked(std::string number, Timestamp now) {
  if (data_.state == Returning) {
    data_.return_number = std::move(number);
    return {};
  }
  if (data_.state != Ordered) return illegal(data_, "booked");
  data_.asked = true;
  data_.number = std::move(number);
  become(Booked, now);
  return {};
}

Result<void> Consignment::cancel_agreed(Timestamp now, std::chrono::microseconds longest) {
  const bool is_over = data_.state == Cancelled;
  if (!is_over && data_.state != Ordered && data_.state != Booked) {
    return illegal(data_, "cancelled");
  }
  // A version before has not written down when it asked: then it may have been just now.
  if (data_.asked && !data_.number && !data_.unanswered_at) data_.unanswered_at = now;
  data_.cancelling =
      data_.unanswered_at && now.micros < data_.unanswered_at->micros + longest.count();
  if (is_over) return {};
  become(Cancelled, now);
  return {};
}

bool Consignment::learn(const std::vector<TrackingEvent>& events, Timestamp now) {
  const std::size_t known = data_.tracking.size();
  for (const TrackingEvent& event : events) {
    const bool is_known = std::ranges::any_of(data_.tracking, [&](const TrackingEvent& each) {
      return each.leg == event.leg && each.sighting == event.sighting && each.at == event.at;
    });
    if (!is_known) data_.tracking.push_back(event);
  }
  std::ranges::sort(data_.tracking, earlier);

  const auto delivered = [](Sighting sighting) { return sighting == Sighting::Delivered; };
  if (data_.state == Booked && first(data_.tracking, Leg::Outbound, on_the_road)) {
    data_.cancelling = false;
    become(InTransit, now);
  }
  if (data_.state == InTransit && first(data_.tracking, Leg::Outbound, delivered)) {
    become(Delivered, now);
  }
  if (data_.state == Returning && first(data_.tracking, Leg::Return, delivered)) {
    become(Returned, now);
  }
  return data_.tracking.size() != known;
}

bool Consignment::brought_back(std::optional<Timestamp> at, Timestamp now) {
  if (data_.state != InTransit) return false;
  if (at) at->micros = std::min(at->micros, now.micros);
  const std::optional<Timestamp> before = std::exchange(data_.brought_back_at, at);
  const bool once_more =
      before && at && std::ranges::any_of(data_.tracking, [&](const TrackingEvent& event) {
        return event.leg == Leg::Outbound && on_the_road(event.sighting) && *before < event.at &&
               event.at < *at;
      });
  if (at && (!before || once_more)) {
    facts_.emplace_back(ConsignmentBroughtBack{data_.order, *at});
  } else if (!at && before) {
    sent_out_again(now);
  }
  return once_more;
}

void Consignment::sent_out_again(Timestamp now) {
  facts_.emplace_back(ConsignmentSentOutAgain{data_.order, now});
}

bool Consignment::is_past(Leg leg) const {
  if (data_.state == Returned) return true;
  return leg == Leg::Outbound && data_.state == Returning;
}

void Consignment::become(ConsignmentState next, Timestamp now) {
  data_.state = next;
  data_.changed_at = now;
  // Whoever has it, it is not the shop.
  if (next == Delivered || next == Returning) data_.brought_back_at.reset();
  const auto delivered = [](Sighting sighting) { return sighting == Sighting::Delivered; };
  const auto at = [&](Leg leg, auto is) { return first(data_.tracking, leg, is).value_or(now); };
  switch (next) {
    case Booked: facts_.emplace_back(ConsignmentBooked{data_.order, *data_.number, now}); break;
    case InTransit:
      facts_.emplace_back(ConsignmentDispatched{data_.order, at(Leg::Outbound, on_the_road)});
      break;
    case Delivered:
      facts_.emplace_back(ConsignmentDelivered{data_.order, at(Leg::Outbound, delivered)});
      break;
    case Returned:
      facts_.emplace_back(ConsignmentReturned{
          data_.order, data_.brought_back_at.value_or(at(Leg::Return, delivered))});
      break;
    case Cancelled: facts_.emplace_back(ConsignmentCancelled{data_.order, now}); break;
    case Ordered:
    case Returning: break;
  }
}

std::string_view to_string(Errand errand) {
  switch (errand) {
    case Errand::Book: return "book";
    case Errand::Cancel: return "cancel";
    case Errand::Track: return "track";
    case Errand::BookReturn: return "book_return";
    case Errand::TrackReturn: return "track_return";
  }
  return "";
}

std::string reference_of(const OrderId& order, Leg leg) {
  return leg == Leg::Outbound ? order.str() : order.str() + ":return";
}

}  // namespace shipping
