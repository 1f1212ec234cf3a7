// SPDX-License-Identifier: Apache-2.0
#include "sending.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "refusals.hpp"

namespace banyan::events {
namespace {

using std::chrono::microseconds;

// Given to a transport at once: whoever wants to stop waits for so many.
constexpr std::size_t kAtOnce = 50;

Hold moved_to(const Hold& hold, const Envelope& event) {
  Hold next = hold;
  next.from_seq = event.seq;
  next.ordinal = event.ordinal;
  next.type = event.type;
  next.attempts = 0;
  next.wait = {};
  return next;
}

// It was so the last time as well: those before it are not under way by another transport.
bool is_gap_again(const Hold& before, const Delivery& delivery) {
  return delivery.why.rule == kEventGap && before.reason.starts_with(kEventGap);
}

bool holds_key(const Delivery& delivery) {
  return delivery.outcome == Delivery::Outcome::Refused ||
         delivery.outcome == Delivery::Outcome::Later;
}

template <class Keys>
std::vector<Envelope> without(std::span<const Envelope> events, const Keys& keys) {
  std::vector<Envelope> left;
  left.reserve(events.size());
  std::ranges::copy_if(events, std::back_inserter(left),
                       [&](const Envelope& event) { return !keys.contains(event.key); });
  return left;
}

}  // namespace

Sending::Round Sending::round(const Lease& lease) {
  Round round{.settlement = {.position = lease.position}};
  round.more = retry_due(lease, round.settlement) && send_next(lease, round.settlement);
  return round;
}

Lane::Stretch Sending::next(std::span<const Envelope>& rest) const {
  const Lane::Stretch stretch =
      lane_.first_stretch(rest.first(std::min<std::size_t>(rest.size(), kAtOnce)));
  rest = rest.subspan(stretch.events.size());
  return stretch;
}

// False: the recipient cannot be reached.
bool Sending::retry_due(const Lease& lease, Settlement& settlement) {
  constexpr std::int64_t kKeysAtOnce = 20;
  for (const Hold& hold : log_.due(lease, kKeysAtOnce, context())) {
    if (stopping_ || !retry(lease, hold, settlement)) return false;
  }
  return true;
}

bool Sending::retry(const Lease& lease, const Hold& hold, Settlement& settlement) {
  Batch batch = log_.events_of(lease, hold, options_.batch, context());
  const bool all_again = gap_of(hold).has_value();
  for (Envelope& event : batch.events) {
    event.skip = event.ordinal <= hold.skips;
    event.again = all_again;
  }
  std::span<const Envelope> rest = batch.events;
  while (!rest.empty()) {
    const Lane::Stretch stretch = next(rest);
    const Deliveries deliveries = lane_.deliver(stretch);
    for (std::size_t i = 0; i < stretch.events.size(); ++i) {
      const Envelope& event = stretch.events[i];
      const Delivery& delivery = deliveries.each[i];
      lane_.count(delivery);
      if (delivery.outcome == Delivery::Outcome::Done) continue;
      if (delivery.outcome == Delivery::Outcome::Unsent) {
        if (event.ordinal != hold.ordinal) settlement.holds.push_back(moved_to(hold, event));
        return false;
      }
      settlement.holds.push_back(hold_for(lease, event, delivery, &hold));
      return true;
    }
  }
  if (!batch.more) {
    settlement.resolved.push_back(hold.key);
  } else {
    Hold after = moved_to(hold, batch.events.back());
    ++after.ordinal;
    ++after.from_seq;
    settlement.holds.push_back(std::move(after));
  }
  return true;
}

// False: there is nothing more to be sent now.
bool Sending::send_next(const Lease& lease, Settlement& settlement) {
  Batch batch = log_.read(lease, options_.batch, context());
  if (batch.events.empty()) return false;
  for (const Hold& hold : settlement.holds) batch.held.insert(hold.key);
  for (const std::string& key : settlement.resolved) batch.held.erase(key);
  bool reached = true;
  const std::int64_t position = send(lease, without(std::span(batch.events), batch.held),
                                     batch.events.back().seq, settlement, reached);
  settlement.position = std::max(lease.position, position);
  return reached && batch.more;
}

std::int64_t Sending::send(const Lease& lease, std::span<const Envelope> events,
                           std::int64_t position, Settlement& settlement, bool& reached) {
  Keys stopped;
  while (!events.empty()) {
    // What comes after has not been sent either, whatever its key is.
    if (!reached || stopping_) {
      reached = false;
      return std::min(position, events.front().seq - 1);
    }
    Lane::Stretch stretch = next(events);
    const std::vector<Envelope> now = without(stretch.events, stopped);
    stretch.events = now;
    const Deliveries deliveries = lane_.deliver(stretch);
    reached = !deliveries.outage;
    for (std::size_t i = 0; i < now.size(); ++i) {
      const Delivery& delivery = deliveries.each[i];
      if (delivery.outcome == Delivery::Outcome::Unsent) {
        return std::min(position, now[i].seq - 1);
      }
      lane_.count(delivery);
      if (!holds_key(delivery)) continue;
      stopped.insert(now[i].key);
      settlement.holds.push_back(hold_for(lease, now[i], delivery, nullptr));
    }
  }
  return position;
}

Hold Sending::hold_for(const Lease& lease, const Envelope& event, const Delivery& delivery,
                       const Hold* before) const {
  Hold hold{.lane = lease.lane,
            .key = event.key,
            .slot = lease.slot,
            .from_seq = event.seq,
            .ordinal = event.ordinal,
            .type = event.type,
            .attempts = 0,
            .wait = {},
            .since = before != nullptr ? before->since : environment_.clock.now(),
            .parked = false,
            .skips = 0,
            .reason = delivery.why.rule + ": " + delivery.why.message,
            .tried = before != nullptr ? before->tried : 0};
  const bool same = before != nullptr && before->ordinal == event.ordinal;
  const std::int64_t attempts = same ? before->attempts : 0;
  const bool counts = delivery.outcome == Delivery::Outcome::Refused;
  hold.attempts = attempts + (counts ? 1 : 0);
  const microseconds held(environment_.clock.now().micros - hold.since.micros);
  hold.parked = delivery.for_good || hold.attempts >= options_.max_attempts ||
                (same && is_gap_again(*before, delivery) && held >= options_.gap_patience);
  // Whoever waits for something else is asked again soon, and with patience when it takes long.
  const std::int64_t waited =
      held.count() / std::max<std::int64_t>(1, microseconds(options_.first_backoff).count());
  std::int64_t doublings = counts ? attempts : 0;
  for (std::int64_t left = counts ? 0 : waited; left > 1; left /= 2) ++doublings;
  hold.wait = backoff(options_.first_backoff, options_.longest_backoff, doublings);
  return hold;
}

}  // namespace banyan::events
