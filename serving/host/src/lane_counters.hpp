// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "banyan/events/transport.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/verdict/window.hpp"
#include "catching_up.hpp"

namespace banyan::host {

/// What is counted of one lane: each event that the follower follows once, by what became of its
/// first attempt, on the side that it was delivered to. Safe for concurrent use.
///
/// The follower's failure is a refusal, and, at a service, that nobody or something else answers.
/// What this process is unable to do (its database, its sockets), what a service has enough of, and
/// what has to come later is nobody's; so is the lag that comes of it. What was published before
/// this began is not counted at all: a process before this one may have made its first attempt.
class LaneCounters {
 public:
  /// `subscribes`: what the follower follows, "payments.payment_captured". The clock must outlive
  /// it.
  LaneCounters(const std::vector<std::string>& subscribes, const Clock& clock);

  void note(Side side, std::span<const events::Envelope> events,
            const events::Deliveries& deliveries);
  strangler::Window read(Side side) const { return of(side).read(); }

 private:
  using Event = std::pair<std::string, std::int64_t>;  ///< key and ordinal

  const strangler::SideCounters& of(Side side) const {
    return side == Side::Local ? here_ : elsewhere_;
  }
  bool follows(const events::Envelope& event) const;
  /// Its first attempt was not made before this began.
  bool is_ours(const events::Envelope& event) const { return event.time >= began_; }
  bool fails_first(const events::Envelope& event);
  void handled(strangler::SideCounters& counters, const events::Envelope& event,
               const Timestamp& now);

  const std::set<std::string, std::less<>> subscribes_;
  const Clock* clock_;
  const Timestamp began_;
  strangler::SideCounters here_, elsewhere_;
  std::mutex mutex_;
  CatchingUp catching_up_;
  std::set<Event> failed_;  ///< counted, and not handled yet
};

/// The same way, of which is counted what it brings. The counters must outlive it.
std::unique_ptr<events::EventTransport> counted_by(LaneCounters& counters,
                                                   std::unique_ptr<events::EventTransport> way);

}  // namespace banyan::host
