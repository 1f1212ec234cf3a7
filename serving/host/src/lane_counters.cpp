// SPDX-License-Identifier: Apache-2.0
#include "lane_counters.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include "banyan/events/event_types.hpp"
#include "banyan/kernel/error_origin.hpp"

namespace banyan::host {
namespace {

using std::chrono::microseconds;
using strangler::Ending;
using Outcome = events::Delivery::Outcome;

/// Of what brings events to a service: nothing for what says nothing about it. This process was not
/// able to ask, the two have other keys, or the service has had enough.
std::optional<Ending> ending_of(const Error& outage) {
  switch (origin_of(outage)) {
    case ErrorOrigin::Kit: return std::nullopt;
    case ErrorOrigin::Stranger: return Ending::Failed;
    case ErrorOrigin::Module: break;
  }
  switch (outage.code) {
    case ErrorCode::DeadlineExceeded: return Ending::TimedOut;
    case ErrorCode::ResourceExhausted:
    case ErrorCode::Unauthenticated:
    case ErrorCode::PermissionDenied: return std::nullopt;
    default: return Ending::Failed;
  }
}

/// The module is here, or its service is asked.
Side side_of(std::string_view transport) {
  return transport == "in_process" ? Side::Local : Side::Remote;
}

class WatchedWay final : public events::EventTransport {
 public:
  WatchedWay(std::unique_ptr<events::EventTransport> way, LaneCounters& counters)
      : way_(std::move(way)), side_(side_of(way_->name())), counters_(counters) {}

  std::string_view name() const override { return way_->name(); }
  events::Deliveries deliver(std::span<const events::Envelope> events) override {
    events::Deliveries deliveries = way_->deliver(events);
    counters_.note(side_, events, deliveries);
    return deliveries;
  }

 private:
  const std::unique_ptr<events::EventTransport> way_;
  const Side side_;
  LaneCounters& counters_;
};

}  // namespace

LaneCounters::LaneCounters(const std::vector<std::string>& subscribes, const Clock& clock)
    : subscribes_(subscribes.begin(), subscribes.end()), clock_(&clock), began_(clock.now()) {}

bool LaneCounters::follows(const events::Envelope& event) const {
  const auto name = events::parse_type_name(event.type);
  return name && subscribes_.contains(std::string(name->module) + '.' + std::string(name->event));
}

/// The first time: what is tried again and again is one event, and one observation. More than are
/// remembered are not counted, rather than each of them again and again.
bool LaneCounters::fails_first(const events::Envelope& event) {
  constexpr std::size_t kMost = 10'000;
  if (!is_ours(event)) return false;
  return failed_.size() < kMost && failed_.emplace(event.key, event.ordinal).second;
}

void LaneCounters::handled(strangler::SideCounters& counters, const events::Envelope& event,
                           const Timestamp& now) {
  if (failed_.erase({event.key, event.ordinal}) > 0) return;
  if (event.skip) return;   // an operator has given it up
  if (event.again) return;  // it has waited for what is missing, or was handled long ago
  const bool excused = catching_up_.excuses(event.time, now);
  if (!is_ours(event)) return;
  if (excused) return counters.record(Ending::Good);
  counters.record(Ending::Good,
                  microseconds(std::max<std::int64_t>(0, now.micros - event.time.micros)));
}

void LaneCounters::note(Side side, std::span<const events::Envelope> events,
                        const events::Deliveries& deliveries) {
  strangler::SideCounters& counters = side == Side::Local ? here_ : elsewhere_;
  const Timestamp now = clock_->now();
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Outcome outcome = deliveries.each[i].outcome;
    if (outcome == Outcome::Unsent) {
      const auto ending =
          side == Side::Local || !deliveries.outage ? std::nullopt : ending_of(*deliveries.outage);
      if (!ending) {
        catching_up_.interrupt();
      } else if (follows(events[i]) && fails_first(events[i])) {
        counters.record(*ending);
      }
      return;  // nobody was asked about the rest
    }
    if (!follows(events[i])) continue;
    if (outcome == Outcome::Done) handled(counters, events[i], now);
    if (outcome == Outcome::Refused && fails_first(events[i])) counters.record(Ending::Failed);
  }
}

std::unique_ptr<events::EventTransport> counted_by(LaneCounters& counters,
                                                   std::unique_ptr<events::EventTransport> way) {
  return std::make_unique<WatchedWay>(std::move(way), counters);
}

}  // namespace banyan::host
