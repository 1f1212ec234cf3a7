// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/events/relay.hpp"

namespace banyan::events {

/// One recipient, as a relay sees it: by which ways it is reached, since when, and whether it can
/// be reached now. Safe for concurrent use.
class Lane {
 public:
  /// `transports`: the last one is wanted. All must outlive the lane.
  Lane(std::string name, Start start, std::vector<EventTransport*> transports,
       const Environment& environment, const RelayOptions& options, const RelayObserver& observer);

  const std::string& name() const { return name_; }
  Start start() const { return start_; }
  /// False: its events are kept for whoever fetches them.
  bool sends() const { return !transports_.empty(); }
  std::string_view wanted_transport() const { return transports_.back()->name(); }
  bool has(std::string_view transport) const { return find(transport) != nullptr; }

  /// It is in the log, and its events go this way.
  void register_with(const Route& route);
  bool is_registered() const;
  /// It is not in the log any more, or is there anew.
  void deregister();
  void take(const Route& route);
  /// `route` was asked for before; by now the lane may have another.
  void settle_route(const Route& route);
  Route route() const;

  /// Is it to be left alone now?
  bool rests() const;
  void rest_for(std::chrono::microseconds length);
  /// This is written: parked keys are told of, and what is to be tried again is waited for.
  void settled(const Settlement& settlement);
  /// What was wanted up to now is about to be done.
  void begin_look();
  /// Until it wants to be looked at; no longer than `longest`. What was wanted for a time that has
  /// passed, and no look has begun since, is wanted at once.
  std::chrono::microseconds wait(std::chrono::microseconds longest) const;

  /// The first of these events that go by one transport, and which that is.
  struct Stretch {
    EventTransport* transport;
    std::span<const Envelope> events;
  };
  Stretch first_stretch(std::span<const Envelope> events) const;
  /// Without a lock, for as long as it takes. An outage makes the lane rest.
  Deliveries deliver(const Stretch& stretch);

  void count(const Delivery& delivery);
  std::uint64_t delivered() const { return delivered_; }
  LaneFigures figures() const;

 private:
  EventTransport* find(std::string_view transport) const;
  EventTransport* transport_for(std::int64_t seq) const;
  void look_after(std::chrono::microseconds length);

  const std::string name_;
  const Start start_;
  const std::vector<EventTransport*> transports_;
  const Environment environment_;
  const RelayOptions& options_;
  const RelayObserver& observer_;

  mutable std::mutex mutex_;
  bool registered_ = false;
  Route route_;
  SteadyTime rests_until_{};
  std::set<SteadyTime> look_at_;  ///< in steps, so that there are not too many
  std::int64_t failures_ = 0;     ///< in a row
  std::atomic<std::uint64_t> delivered_{0}, refused_{0}, later_{0}, outages_{0};
};

/// `first`, doubled so many times, but no longer than `longest`.
std::chrono::microseconds backoff(std::chrono::milliseconds first,
                                  std::chrono::milliseconds longest, std::int64_t doublings);

}  // namespace banyan::events
