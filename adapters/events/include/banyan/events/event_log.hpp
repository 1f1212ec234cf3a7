// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/result.hpp"

namespace banyan::events {

/// Into so many slots the keys of a module are divided. What is in one slot is sent in its order,
/// by one at a time; several slots at once. Never changes: the slot of a key is stored.
inline constexpr int kSlots = 16;
int slot_of(std::string_view key);

/// An event as it is stored and sent.
struct Envelope {
  std::int64_t seq = 0;  ///< its place in the log; of this database only
  int slot = 0;
  std::string source;  ///< the module that published it
  std::string id;
  std::string type;  ///< see type_name()
  std::string key;
  std::int64_t ordinal = 0;
  Timestamp time;
  std::string traceparent;
  std::string data;         ///< JSON
  bool skip = false;        ///< an operator has decided that it need not be handled
  std::string recipient{};  ///< on its way to another process: the module that it is for
  bool again = false;  ///< the recipient misses some of its key, so all of them are sent once more
};

/// The right to send what is in one slot to one recipient. It ends by itself; whatever is written
/// under it says its epoch, and is refused once somebody else has the slot.
struct Lease {
  std::string lane;
  int slot = 0;
  std::int64_t position = 0;  ///< all up to here has been sent, or is held
  std::int64_t epoch = 0;
};

/// A key that a recipient has not taken: what it publishes later waits behind it.
struct Hold {
  std::string lane;
  std::string key;
  int slot = 0;
  std::int64_t from_seq = 0;  ///< the first of its events that is to be sent again
  std::int64_t ordinal = 0;   ///< of that one
  std::string type;
  std::int64_t attempts = 0;         ///< answers that counted
  std::chrono::microseconds wait{};  ///< until it is tried again, from now
  Timestamp since;
  bool parked = false;     ///< nobody tries again until an operator says so
  std::int64_t skips = 0;  ///< the ordinal that an operator has given up; 0 for none
  std::string reason;      ///< what the recipient has said last
  /// The ordinal that a round began with: an operator who has set the key back to an earlier one
  /// meanwhile has the last word. 0: the key was not held.
  std::int64_t tried = 0;
};

/// What a recipient misses of a held key.
struct Gap {
  std::int64_t wanted = 0;  ///< the ordinal that it waits for; 0 when it has not said
  std::int64_t got = 0;     ///< the one that came in its place
  friend bool operator==(const Gap&, const Gap&) = default;
};
/// Nothing: the key is held for something else.
std::optional<Gap> gap_of(const Hold& hold);

/// What a round of sending comes to: written at once, under the lease.
struct Settlement {
  std::int64_t position = 0;
  std::vector<std::string> resolved;  ///< keys that are held no longer, unless again by `holds`
  std::vector<Hold> holds;            ///< new or changed
  bool release = false;               ///< the slot is free for whoever comes next
};

struct BatchLimits {
  std::int64_t rows = 200;
  std::size_t bytes = 1 << 20;  ///< of data; one event may be larger
};

struct Batch {
  std::vector<Envelope> events;             ///< by seq; those of held keys among them
  std::set<std::string, std::less<>> held;  ///< told by read() only
  bool more = false;                        ///< there were more than the limits allow
};

/// Where a lane begins that nobody has had before.
enum class Start : std::uint8_t {
  Head,      ///< with what is published from now on
  Beginning  ///< with all that is still there
};

/// How events get to a recipient, and since when. The one before may still have something to do.
struct Route {
  std::string transport;
  std::string before;         ///< "" when that has nothing to do any more
  std::int64_t from_seq = 0;  ///< what comes after this is sent by `transport`
  friend bool operator==(const Route&, const Route&) = default;
};

/// What operators see of a lane.
struct LaneReport {
  std::string lane;
  Route route;
  std::int64_t head = 0;      ///< the last seq that has been published
  std::int64_t position = 0;  ///< the least of its slots that are behind; `head` when none is
  std::int64_t unsent = 0;    ///< events
  std::optional<Timestamp> oldest_unsent;
  std::int64_t held = 0;    ///< keys, those that are parked among them
  std::int64_t parked = 0;  ///< keys
  std::int64_t gaps = 0;    ///< keys of which the recipient misses earlier events; see gap_of()
  std::optional<Timestamp> oldest_held;
};

/// Who does something to a lane, and why: kept beside it.
struct By {
  std::string who;
  std::string why;
};

/// What an operator has done to a lane.
struct LaneAction {
  Timestamp at;
  std::string lane;
  std::string key;     ///< "" for all of the lane
  std::string action;  ///< "replay", "skip", "forget"
  By by;
};

/// What one module has published, append-only, and how far each recipient (lane) has got in it.
/// It lies beside the module's tables and moves with them. Safe for concurrent use, also by several
/// processes. Calls block; what the database is unable to do leaves as an OperationalFault.
class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual const std::string& module() const = 0;

  /// Makes the lane, unless it is there. True: it was made.
  virtual bool add_lane(const std::string& lane, Start start, const Context& context) = 0;
  /// From the end of the log on, the lane's events take this transport; what is there before it
  /// still takes the one it has. Does nothing when it is the lane's already.
  virtual Route take_route(const std::string& lane, const std::string& transport,
                           const Context& context) = 0;
  /// The transport before has nothing to do any more, when that is so.
  virtual Route settle_route(const std::string& lane, const Context& context) = 0;

  /// Slots in which something is to be sent or tried again now, and that nobody else has.
  virtual std::vector<int> slots_with_work(const std::string& lane, const std::string& holder,
                                           const Context& context) = 0;
  /// Nothing: somebody else has the slot. Whoever has it already gets it under a new epoch.
  virtual std::optional<Lease> lease(const std::string& lane, int slot, const std::string& holder,
                                     std::chrono::microseconds length, const Context& context) = 0;
  /// False: it is somebody else's by now.
  virtual bool renew(const Lease& lease, std::chrono::microseconds length,
                     const Context& context) = 0;

  /// What comes after `position` in the slot.
  virtual Batch read(const Lease& lease, const BatchLimits& limits, const Context& context) = 0;
  /// Held keys of the slot whose time has come.
  virtual std::vector<Hold> due(const Lease& lease, std::int64_t limit, const Context& context) = 0;
  /// The events of a held key from its `from_seq` to the position of the lease.
  virtual Batch events_of(const Lease& lease, const Hold& hold, const BatchLimits& limits,
                          const Context& context) = 0;
  /// False: the lease is somebody else's by now, and nothing has been written.
  virtual bool settle(const Lease& lease, const Settlement& settlement, const Context& context) = 0;

  /// Forgets what happened before that time and every lane has passed, at most `limit` events.
  /// Returns how many.
  virtual std::int64_t purge(Timestamp before, std::int64_t limit, const Context& context) = 0;

  // For operators.
  virtual std::vector<LaneReport> lanes(const Context& context) = 0;
  /// The longest held first.
  virtual std::vector<Hold> holds(const std::string& lane, std::int64_t limit,
                                  const Context& context) = 0;
  /// Tries a held key again at once, with a fresh count of attempts; "" is all of the lane. Where
  /// the recipient misses earlier events, all are sent again that are still there of the key: what
  /// was handled is not handled twice. Returns how many keys.
  virtual std::int64_t replay(const std::string& lane, const std::string& key, const By& by,
                              const Context& context) = 0;
  /// Gives the first event of a held key up: the recipient is told to go on behind it. False: the
  /// key is not held.
  virtual bool skip(const std::string& lane, const std::string& key, const By& by,
                    const Context& context) = 0;
  /// Forgets a lane that nobody follows any more. False: there is none. Conflict
  /// "banyan.lane_at_work": somebody is sending to it. Who follows again hears of what is published
  /// from then on, as soon as its own marks are forgotten as well: Inbox::forget().
  virtual Result<bool> forget_lane(const std::string& lane, const By& by,
                                   const Context& context) = 0;
  /// The newest first.
  virtual std::vector<LaneAction> actions(std::int64_t limit, const Context& context) = 0;
};

/// How far a module has handled the events of others. It lies beside the module's tables and moves
/// with them. Safe for concurrent use.
class Inbox {
 public:
  virtual ~Inbox() = default;

  struct Mark {
    std::string key;
    std::int64_t ordinal = 0;
  };
  /// Of each key, in the order asked for; 0 for one that has none.
  virtual std::vector<std::int64_t> marks(const std::string& source,
                                          const std::vector<std::string>& keys,
                                          const Context& context) = 0;
  /// Raises marks; a higher one stays. An Error says that none was raised.
  virtual Result<void> raise(const std::string& source, const std::vector<Mark>& marks,
                             const Context& context) = 0;
  /// Forgets how far the events of a source are handled, of at most `limit` keys. Returns of how
  /// many. Each begins anew with the event of it that comes next, whichever that is: only when
  /// nothing is sent from there any more.
  virtual std::int64_t forget(const std::string& source, std::int64_t limit,
                              const Context& context) = 0;
};

}  // namespace banyan::events
