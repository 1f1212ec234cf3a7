// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/event.hpp"

#include <stdexcept>

#include "banyan/kernel/unit_of_work.hpp"

namespace banyan {

EventAnswer EventAnswer::of(const Error& error) {
  switch (error.code) {
    case ErrorCode::Unavailable:
    case ErrorCode::DeadlineExceeded:
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Conflict: return later(error);
    default: return refused(error);
  }
}

bool settle_delivery(InboxRows& rows, const UnitOfWork& unit, std::string_view module) {
  const EventDelivery* delivery = unit.context().delivery.get();
  // Another module's, which calls this one while it handles the event.
  if (delivery == nullptr || delivery->subscriber() != module) return false;
  if (delivery->committed()) {
    throw std::logic_error("module '" + delivery->subscriber() + "' handles event " +
                           std::to_string(delivery->ordinal()) + " of '" + delivery->key() +
                           "' in two units of work. What an event causes is one unit: what is "
                           "left over would be lost when the process ends between them.");
  }
  if (rows.mark(*delivery) >= delivery->ordinal()) throw EventTaken();
  rows.set_mark(*delivery);
  return true;
}

void PublishedEvents::before_commit(const UnitOfWork& unit) {
  all_.insert(all_.end(), unit.published().begin(), unit.published().end());
}

}  // namespace banyan
