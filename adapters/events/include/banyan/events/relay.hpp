// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "banyan/events/event_log.hpp"
#include "banyan/events/transport.hpp"
#include "banyan/kernel/environment.hpp"

namespace banyan::events {

struct RelayOptions {
  std::size_t workers = 2;  ///< slots that are worked on at once
  BatchLimits batch{};
  std::chrono::milliseconds lease{6'000};
  /// Between looks at the log when nobody tells of anything: for what a process that was killed
  /// has left, or has not told of.
  std::chrono::milliseconds poll{1'000};
  std::chrono::milliseconds first_backoff{200};  ///< doubled after every failure
  std::chrono::milliseconds longest_backoff{30'000};
  std::int64_t max_attempts = 8;  ///< answers that refuse an event; then its key is parked
  /// Of a key whose follower misses earlier events; then it is parked: they do not come any more.
  std::chrono::seconds gap_patience{3600};
  std::chrono::seconds kept_for{7 * 24 * 3600};  ///< an event, after it happened
  std::chrono::milliseconds budget{10'000};      ///< for one look at the database
};

/// What a relay tells of; called on its threads.
struct RelayObserver {
  /// A key of the lane is parked now: an operator must look.
  std::function<void(const std::string& lane, const Hold&)> parked{};
  /// The lane's recipient cannot be reached, or can be again (no error).
  std::function<void(const std::string& lane, const Error* outage)> reached{};
  std::function<void(const std::string& lane, const Route&)> rerouted{};
  /// Somebody has forgotten the lane while this relay follows it: it has begun anew, with what is
  /// published from now on.
  std::function<void(const std::string& lane)> forgotten{};
  std::function<void(std::string_view what)> fault{};
};

struct LaneFigures {
  std::string lane;
  std::uint64_t delivered = 0;  ///< events that were done, since the start
  std::uint64_t refused = 0;
  std::uint64_t later = 0;
  std::uint64_t outages = 0;
};

/// Brings what one module has published to those who follow it, each in a lane of its own: in the
/// order of each key, as soon as it is committed. Several relays on one log share the work; one
/// that is gone is followed by another as soon as its leases have ended. Whatever happens, an event
/// that was published reaches its recipients at least once and never out of the order of its key;
/// that it is handled once is the recipients' inbox's business.
class Relay {
 public:
  /// `log` must outlive the relay. `holder` tells this relay from all others.
  Relay(EventLog& log, std::string holder, const Environment& environment, RelayOptions options,
        RelayObserver observer);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Before start(). The last transport is how the lane's events go from now on; others are those
  /// by which they may have gone before. All must outlive the relay.
  void add_lane(const std::string& lane, Start start, std::vector<EventTransport*> transports);

  /// Registers the lanes (throws OperationalFault when it cannot), and sends from now on, on
  /// threads of its own. Once.
  void start();
  /// There is something to send.
  void wake();
  /// The same as a function, to be called by anybody at any time, also when the relay is gone. It
  /// waits for nobody.
  std::function<void()> bell() const;
  /// Ends the sending, when what is under way has been settled.
  void stop();

  /// Another of the lane's transports from here on; nothing when it has none of that name.
  void switch_to(const std::string& lane, std::string_view transport);

  /// Sends on this thread all that can be sent now; for tests and simulations, in place of start().
  /// Answers how many events were delivered.
  std::uint64_t pump();

  EventLog& log() const;
  std::vector<LaneFigures> figures() const;
  /// How often it has looked at the log for something to send.
  std::uint64_t looks() const;

 private:
  class Work;
  std::unique_ptr<Work> work_;
};

}  // namespace banyan::events
