// SPDX-License-Identifier: Apache-2.0
#include "lane.hpp"

#include <algorithm>
#include <utility>

namespace banyan::events {

using std::chrono::microseconds;

microseconds backoff(std::chrono::milliseconds first, std::chrono::milliseconds longest,
                     std::int64_t doublings) {
  constexpr std::int64_t kMostDoublings = 20;
  const auto factor = std::int64_t{1} << std::clamp<std::int64_t>(doublings, 0, kMostDoublings);
  return std::min<microseconds>(first * factor, longest);
}

Lane::Lane(std::string name, Start start, std::vector<EventTransport*> transports,
           const Environment& environment, const RelayOptions& options,
           const RelayObserver& observer)
    : name_(std::move(name)),
      start_(start),
      transports_(std::move(transports)),
      environment_(environment),
      options_(options),
      observer_(observer) {}

void Lane::register_with(const Route& route) {
  const std::lock_guard lock(mutex_);
  route_ = route;
  registered_ = true;
}

bool Lane::is_registered() const {
  const std::lock_guard lock(mutex_);
  return registered_;
}

void Lane::deregister() {
  const std::lock_guard lock(mutex_);
  registered_ = false;
}

void Lane::take(const Route& route) {
  const std::lock_guard lock(mutex_);
  route_ = route;
}

void Lane::settle_route(const Route& route) {
  const std::lock_guard lock(mutex_);
  if (route_.from_seq == route.from_seq) route_ = route;
}

Route Lane::route() const {
  const std::lock_guard lock(mutex_);
  return route_;
}

bool Lane::rests() const {
  const std::lock_guard lock(mutex_);
  return !registered_ || environment_.clock.steady() < rests_until_;
}

void Lane::rest_for(microseconds length) {
  const std::lock_guard lock(mutex_);
  rests_until_ = environment_.clock.steady() + length;
  look_after(length);
}

// A step later than the time: the log reckons by a clock of its own.
void Lane::look_after(microseconds length) {
  using Steps = std::chrono::milliseconds;
  const auto at = environment_.clock.steady() + length;
  look_at_.insert(SteadyTime(std::chrono::ceil<Steps>(at.time_since_epoch()) + Steps(1)));
}

void Lane::settled(const Settlement& settlement) {
  for (const Hold& hold : settlement.holds) {
    if (hold.parked) {
      if (observer_.parked) observer_.parked(name_, hold);
      continue;
    }
    const std::lock_guard lock(mutex_);
    look_after(hold.wait);
  }
}

void Lane::begin_look() {
  const std::lock_guard lock(mutex_);
  look_at_.erase(look_at_.begin(), look_at_.upper_bound(environment_.clock.steady()));
}

microseconds Lane::wait(microseconds longest) const {
  const std::lock_guard lock(mutex_);
  if (look_at_.empty()) return longest;
  const auto left =
      std::chrono::ceil<microseconds>(*look_at_.begin() - environment_.clock.steady());
  return std::clamp(left, microseconds(0), longest);
}

EventTransport* Lane::find(std::string_view transport) const {
  const auto found = std::ranges::find(transports_, transport, &EventTransport::name);
  return found == transports_.end() ? nullptr : *found;
}

// The position decides which transport an event takes. One that this process does not have any
// more leaves what it had to do to the one that it has: the marks know what is done.
EventTransport* Lane::transport_for(std::int64_t seq) const {
  if (!route_.before.empty() && seq <= route_.from_seq) {
    if (EventTransport* const before = find(route_.before)) return before;
  }
  if (EventTransport* const now = find(route_.transport)) return now;
  return transports_.back();
}

Lane::Stretch Lane::first_stretch(std::span<const Envelope> events) const {
  const std::lock_guard lock(mutex_);
  EventTransport* const transport = transport_for(events.front().seq);
  std::size_t count = 1;
  while (count < events.size() && transport_for(events[count].seq) == transport) ++count;
  return {transport, events.first(count)};
}

Deliveries Lane::deliver(const Stretch& stretch) {
  if (stretch.events.empty()) return {};
  Deliveries deliveries = stretch.transport->deliver(stretch.events);
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    changed = deliveries.outage.has_value() != (failures_ > 0);
    if (deliveries.outage) {
      const auto wait = std::max<microseconds>(
          backoff(options_.first_backoff, options_.longest_backoff, failures_),
          deliveries.retry_after);
      rests_until_ = environment_.clock.steady() + wait;
      look_after(wait);
      ++failures_;
      ++outages_;
    } else {
      failures_ = 0;
    }
  }
  if (changed && observer_.reached) {
    observer_.reached(name_, deliveries.outage ? &*deliveries.outage : nullptr);
  }
  return deliveries;
}

void Lane::count(const Delivery& delivery) {
  switch (delivery.outcome) {
    case Delivery::Outcome::Done: ++delivered_; break;
    case Delivery::Outcome::Refused: ++refused_; break;
    case Delivery::Outcome::Later: ++later_; break;
    case Delivery::Outcome::Behind:
    case Delivery::Outcome::Unsent: break;
  }
}

LaneFigures Lane::figures() const { return {name_, delivered_, refused_, later_, outages_}; }

}  // namespace banyan::events
