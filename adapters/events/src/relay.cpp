// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/relay.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

namespace banyan::events {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A database that fails is left alone for so long.
constexpr milliseconds kAfterFault{500};

microseconds doubled(milliseconds first, milliseconds longest, std::int64_t times) {
  constexpr std::int64_t kMostDoublings = 20;
  const auto factor = std::int64_t{1} << std::clamp<std::int64_t>(times, 0, kMostDoublings);
  return std::min<microseconds>(first * factor, longest);
}

}  // namespace

class Relay::Work {
 public:
  Work(EventLog& log, std::string holder, const Environment& environment, RelayOptions options,
       RelayObserver observer)
      : log_(log),
        holder_(std::move(holder)),
        environment_(environment),
        options_(options),
        observer_(std::move(observer)) {}
  ~Work() { stop(); }

  void add_lane(const std::string& name, Start start, std::vector<EventTransport*> transports) {
    Lane& lane = lanes_[name];
    lane.start = start;
    lane.transports = std::move(transports);
  }

  void start() {
    // Before anybody can publish what a new lane should have.
    register_lanes();
    const bool sends = std::ranges::any_of(
        lanes_, [](const auto& each) { return !each.second.transports.empty(); });
    for (std::size_t i = 0; sends && i < options_.workers; ++i) {
      threads_.emplace_back([this] { work(); });
    }
    renewing_ = environment_.scheduler.every(options_.lease / 3, [this] { renew(); });
    purging_ = environment_.scheduler.every(std::chrono::seconds(10), [this] { purge(); });
  }

  void wake() {
    const std::lock_guard lock(mutex_);
    look_ = true;
    ready_.notify_one();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      ready_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    renewing_.reset();
    purging_.reset();
  }

  void switch_to(const std::string& name, std::string_view transport) {
    const auto found = lanes_.find(name);
    if (found == lanes_.end()) return;
    Lane& lane = found->second;
    EventTransport* const wanted = find(lane, transport);
    if (wanted == nullptr) return;
    const Route route = log_.take_route(name, std::string(transport), context());
    {
      const std::lock_guard lock(mutex_);
      lane.route = route;
    }
    if (observer_.rerouted) observer_.rerouted(name, route);
    wake();
  }

  std::uint64_t pump() {
    register_lanes();
    const std::uint64_t before = delivered();
    while (true) {
      bool any = false;
      for (auto& [name, lane] : lanes_) {
        if (lane.transports.empty() || paused(lane)) continue;
        for (const int slot : log_.slots_with_work(name, holder_, context()))
          any |= drain(name, lane, slot);
      }
      if (!any) return delivered() - before;
    }
  }

  EventLog& log() const { return log_; }

  std::vector<LaneFigures> figures() const {
    std::vector<LaneFigures> all;
    for (const auto& [name, lane] : lanes_) {
      all.push_back({name, lane.delivered.load(), lane.refused.load(), lane.later.load(),
                     lane.outages.load()});
    }
    return all;
  }

 private:
  struct Lane {
    Start start = Start::Head;
    std::vector<EventTransport*> transports;  ///< the last one is wanted
    bool registered = false;
    Route route;
    SteadyTime paused_until{};
    std::int64_t failures = 0;  ///< in a row
    std::atomic<std::uint64_t> delivered{0}, refused{0}, later{0}, outages{0};
  };
  struct Task {
    std::string lane;
    int slot;
    friend auto operator<=>(const Task&, const Task&) = default;
  };

  Context context() const {
    return Context::begin(options_.budget, environment_.clock, environment_.random);
  }

  std::uint64_t delivered() const {
    std::uint64_t sum = 0;
    for (const auto& [name, lane] : lanes_) sum += lane.delivered;
    return sum;
  }

  bool paused(const Lane& lane) const {
    const std::lock_guard lock(mutex_);
    return !lane.registered || environment_.clock.steady() < lane.paused_until;
  }

  static EventTransport* find(const Lane& lane, std::string_view name) {
    for (EventTransport* const each : lane.transports) {
      if (each->name() == name) return each;
    }
    return nullptr;
  }

  // The position decides which transport an event takes. One that this process does not have any
  // more leaves what it had to do to the one that it has: the marks know what is done.
  EventTransport* transport_for(const Lane& lane, std::int64_t seq) const {
    const std::lock_guard lock(mutex_);
    if (!lane.route.before.empty() && seq <= lane.route.from_seq) {
      if (EventTransport* const before = find(lane, lane.route.before)) return before;
    }
    if (EventTransport* const now = find(lane, lane.route.transport)) return now;
    return lane.transports.empty() ? nullptr : lane.transports.back();
  }

  void register_lanes() {
    for (auto& [name, lane] : lanes_) {
      if (lane.registered) continue;
      log_.add_lane(name, lane.start, context());
      Route route;
      if (!lane.transports.empty()) {
        route = log_.take_route(name, std::string(lane.transports.back()->name()), context());
      }
      const std::lock_guard lock(mutex_);
      lane.route = route;
      lane.registered = true;
    }
  }

  void tell(std::string_view what) const {
    if (observer_.fault) observer_.fault(what);
  }

  // --- threads

  void work() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (tasks_.empty() && !looking_) {
        looking_ = true;
        look_ = false;
        lock.unlock();
        std::deque<Task> found = look();
        lock.lock();
        looking_ = false;
        for (Task& task : found) {
          if (!busy_.contains(task)) tasks_.push_back(std::move(task));
        }
        if (tasks_.size() > 1 || look_) ready_.notify_all();
      }
      if (!tasks_.empty()) {
        const Task task = tasks_.front();
        tasks_.pop_front();
        if (!busy_.insert(task).second) continue;
        lock.unlock();
        run(task);
        lock.lock();
        busy_.erase(task);
        look_ = true;
        continue;
      }
      if (may_look()) continue;
      ready_.wait_for(lock, wait_time(),
                      [this] { return stopping_ || !tasks_.empty() || may_look(); });
    }
  }

  bool may_look() const { return look_ && !looking_; }

  // Until the next look: the poll, or sooner when a lane's pause ends.
  milliseconds wait_time() const {
    auto wait = std::chrono::duration_cast<SteadyTime::duration>(options_.poll);
    const SteadyTime now = environment_.clock.steady();
    for (const auto& [name, lane] : lanes_) {
      if (lane.paused_until > now) wait = std::min(wait, lane.paused_until - now);
    }
    return std::max(std::chrono::ceil<milliseconds>(wait), milliseconds(1));
  }

  std::deque<Task> look() {
    std::deque<Task> tasks;
    try {
      register_lanes();
      for (auto& [name, lane] : lanes_) {
        if (lane.transports.empty() || paused(lane)) continue;
        for (const int slot : log_.slots_with_work(name, holder_, context()))
          tasks.push_back({name, slot});
        settle_route(name, lane);
      }
    } catch (const std::exception& fault) {
      tell(fault.what());
      const std::lock_guard lock(mutex_);
      for (auto& [name, lane] : lanes_) {
        lane.paused_until = environment_.clock.steady() + kAfterFault;
      }
    }
    return tasks;
  }

  void settle_route(const std::string& name, Lane& lane) {
    {
      const std::lock_guard lock(mutex_);
      if (lane.route.before.empty()) return;
    }
    const Route route = log_.settle_route(name, context());
    const std::lock_guard lock(mutex_);
    if (lane.route.from_seq == route.from_seq) lane.route = route;
  }

  void run(const Task& task) {
    Lane& lane = lanes_.at(task.lane);
    try {
      drain(task.lane, lane, task.slot);
    } catch (const std::exception& fault) {
      tell(fault.what());
      const std::lock_guard lock(mutex_);
      lane.paused_until = environment_.clock.steady() + kAfterFault;
    }
  }

  void renew() {
    std::vector<Lease> leases;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [task, lease] : leases_) leases.push_back(lease);
    }
    for (const Lease& lease : leases) {
      try {
        log_.renew(lease, options_.lease, context());
      } catch (const std::exception& fault) {
        tell(fault.what());
      }
    }
  }

  void purge() {
    constexpr std::int64_t kAtOnce = 1'000;
    try {
      const Timestamp before{environment_.clock.now().micros -
                             std::chrono::duration_cast<microseconds>(options_.kept_for).count()};
      log_.purge(before, kAtOnce, context());
    } catch (const std::exception& fault) {
      tell(fault.what());
    }
  }

  // --- sending

  /// Whether it did anything.
  bool drain(const std::string& name, Lane& lane, int slot) {
    std::optional<Lease> lease = log_.lease(name, slot, holder_, options_.lease, context());
    if (!lease) return false;
    {
      const std::lock_guard lock(mutex_);
      leases_[{name, slot}] = *lease;
    }
    const LeaseKept kept(*this, {name, slot});
    bool any = false;
    while (true) {
      Settlement settlement{.position = lease->position};
      const std::uint64_t before = lane.delivered;
      const bool reached = retry(lane, *lease, settlement);
      const bool more = reached && send(lane, *lease, settlement);
      any = any || lane.delivered != before || !settlement.holds.empty();
      settlement.release = !more || stopping();
      if (!log_.settle(*lease, settlement, context())) return any;
      tell_of_parked(name, settlement);
      if (settlement.release) return any;
      lease->position = settlement.position;
    }
  }

  class LeaseKept {
   public:
    LeaseKept(Work& work, Task task) : work_(work), task_(std::move(task)) {}
    ~LeaseKept() {
      const std::lock_guard lock(work_.mutex_);
      work_.leases_.erase(task_);
    }
    LeaseKept(const LeaseKept&) = delete;
    LeaseKept& operator=(const LeaseKept&) = delete;

   private:
    Work& work_;
    const Task task_;
  };

  bool stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  // One transport at a time: a batch ends where the route changes.
  std::size_t with_one_transport(const Lane& lane, std::span<const Envelope> events,
                                 EventTransport*& transport) const {
    transport = transport_for(lane, events.front().seq);
    std::size_t count = 1;
    while (count < events.size() && transport_for(lane, events[count].seq) == transport) ++count;
    return count;
  }

  /// Events that come after the position. False: there is nothing more to be sent now.
  bool send(Lane& lane, const Lease& lease, Settlement& settlement) {
    Batch batch = log_.read(lease, options_.batch, context());
    if (batch.events.empty()) return false;
    for (const Hold& hold : settlement.holds) batch.held.insert(hold.key);
    for (const std::string& key : settlement.resolved) batch.held.erase(key);
    std::vector<Envelope> free;
    for (const Envelope& event : batch.events) {
      if (!batch.held.contains(event.key)) free.push_back(event);
    }
    std::int64_t position = batch.events.back().seq;
    std::span<const Envelope> rest = free;
    std::set<std::string, std::less<>> stopped;
    bool reached = true;
    while (!rest.empty() && reached) {
      EventTransport* transport = nullptr;
      const std::size_t count = with_one_transport(lane, rest, transport);
      const std::vector<Envelope> now = without(rest.subspan(0, count), stopped);
      rest = rest.subspan(count);
      const Deliveries deliveries = deliver(lane, *transport, now);
      reached = !deliveries.outage;
      for (std::size_t i = 0; i < now.size(); ++i) {
        const Delivery& delivery = deliveries.each[i];
        if (delivery.outcome == Delivery::Outcome::Unsent) {
          // What comes after has not been sent either, whatever its key is.
          position = std::min(position, now[i].seq - 1);
          break;
        }
        note(lane, delivery);
        if (delivery.outcome == Delivery::Outcome::Refused ||
            delivery.outcome == Delivery::Outcome::Later) {
          stopped.insert(now[i].key);
          settlement.holds.push_back(hold_for(lease, now[i], delivery, nullptr));
        }
      }
      if (!reached && !rest.empty()) position = std::min(position, rest.front().seq - 1);
    }
    settlement.position = std::max(lease.position, position);
    return reached && batch.more;
  }

  static std::vector<Envelope> without(std::span<const Envelope> events,
                                       const std::set<std::string, std::less<>>& keys) {
    std::vector<Envelope> left;
    left.reserve(events.size());
    for (const Envelope& event : events) {
      if (!keys.contains(event.key)) left.push_back(event);
    }
    return left;
  }

  /// Held keys whose time has come. False: the recipient cannot be reached.
  bool retry(Lane& lane, const Lease& lease, Settlement& settlement) {
    constexpr std::int64_t kKeysAtOnce = 20;
    for (const Hold& hold : log_.due(lease, kKeysAtOnce, context())) {
      if (!retry(lane, lease, hold, settlement)) return false;
    }
    return true;
  }

  bool retry(Lane& lane, const Lease& lease, const Hold& hold, Settlement& settlement) {
    std::vector<Envelope> events = log_.events_of(lease, hold, options_.batch, context());
    for (Envelope& event : events) event.skip = event.ordinal <= hold.skips;
    std::span<const Envelope> rest = events;
    while (!rest.empty()) {
      EventTransport* transport = nullptr;
      const std::size_t count = with_one_transport(lane, rest, transport);
      const Deliveries deliveries = deliver(lane, *transport, rest.subspan(0, count));
      for (std::size_t i = 0; i < count; ++i) {
        const Delivery& delivery = deliveries.each[i];
        if (delivery.outcome == Delivery::Outcome::Done) {
          note(lane, delivery);
          continue;
        }
        if (delivery.outcome == Delivery::Outcome::Unsent) {
          if (rest[i].ordinal != hold.ordinal) {
            settlement.holds.push_back(moved_to(hold, rest[i]));
          }
          return false;
        }
        note(lane, delivery);
        settlement.holds.push_back(hold_for(lease, rest[i], delivery, &hold));
        return true;
      }
      rest = rest.subspan(count);
    }
    const auto limit = static_cast<std::size_t>(options_.batch.rows);
    const bool all = events.empty() || (events.size() < limit && fits(events));
    if (all) {
      settlement.resolved.push_back(hold.key);
    } else {
      Hold next = moved_to(hold, events.back());
      ++next.ordinal;
      ++next.from_seq;
      settlement.holds.push_back(std::move(next));
    }
    return true;
  }

  bool fits(const std::vector<Envelope>& events) const {
    std::size_t sum = 0;
    for (const Envelope& event : events) sum += event.data.size();
    return sum < options_.batch.bytes;
  }

  static Hold moved_to(const Hold& hold, const Envelope& event) {
    Hold next = hold;
    next.from_seq = event.seq;
    next.ordinal = event.ordinal;
    next.type = event.type;
    next.attempts = 0;
    next.wait = {};
    return next;
  }

  Hold hold_for(const Lease& lease, const Envelope& event, const Delivery& delivery,
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
              .reason = delivery.why.rule + ": " + delivery.why.message};
    const bool same = before != nullptr && before->ordinal == event.ordinal;
    const std::int64_t attempts = same ? before->attempts : 0;
    const bool counts = delivery.outcome == Delivery::Outcome::Refused;
    hold.attempts = attempts + (counts ? 1 : 0);
    hold.parked = hold.attempts >= options_.max_attempts;
    // Whoever waits for something else is asked again soon, and with patience when it takes long.
    const std::int64_t waited =
        (environment_.clock.now().micros - hold.since.micros) /
        std::max<std::int64_t>(1, microseconds(options_.first_backoff).count());
    std::int64_t doublings = counts ? attempts : 0;
    for (std::int64_t left = counts ? 0 : waited; left > 1; left /= 2) ++doublings;
    hold.wait = doubled(options_.first_backoff, options_.longest_backoff, doublings);
    return hold;
  }

  void note(Lane& lane, const Delivery& delivery) const {
    switch (delivery.outcome) {
      case Delivery::Outcome::Done: ++lane.delivered; break;
      case Delivery::Outcome::Refused: ++lane.refused; break;
      case Delivery::Outcome::Later: ++lane.later; break;
      case Delivery::Outcome::Behind:
      case Delivery::Outcome::Unsent: break;
    }
  }

  void tell_of_parked(const std::string& name, const Settlement& settlement) const {
    if (!observer_.parked) return;
    for (const Hold& hold : settlement.holds) {
      if (hold.parked) observer_.parked(name, hold);
    }
  }

  Deliveries deliver(Lane& lane, EventTransport& transport, std::span<const Envelope> events) {
    if (events.empty()) return {};
    Deliveries deliveries = transport.deliver(events);
    bool changed = false;
    {
      const std::lock_guard lock(mutex_);
      changed = deliveries.outage.has_value() != (lane.failures > 0);
      if (deliveries.outage) {
        const auto wait = std::max<microseconds>(
            doubled(options_.first_backoff, options_.longest_backoff, lane.failures),
            deliveries.retry_after);
        lane.paused_until = environment_.clock.steady() + wait;
        ++lane.failures;
        ++lane.outages;
      } else {
        lane.failures = 0;
      }
    }
    if (changed && observer_.reached) {
      for (const auto& [name, each] : lanes_) {
        if (&each == &lane) {
          observer_.reached(name, deliveries.outage ? &*deliveries.outage : nullptr);
        }
      }
    }
    return deliveries;
  }

  EventLog& log_;
  const std::string holder_;
  const Environment environment_;
  const RelayOptions options_;
  const RelayObserver observer_;
  std::map<std::string, Lane> lanes_;  ///< its keys do not change once it has started

  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  std::set<Task> busy_;
  std::map<Task, Lease> leases_;
  bool look_ = true;
  bool looking_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
  std::unique_ptr<Scheduler::Handle> renewing_;
  std::unique_ptr<Scheduler::Handle> purging_;
};

Relay::Relay(EventLog& log, std::string holder, const Environment& environment,
             RelayOptions options, RelayObserver observer)
    : work_(std::make_unique<Work>(log, std::move(holder), environment, options,
                                   std::move(observer))) {}
Relay::~Relay() = default;

void Relay::add_lane(const std::string& lane, Start start,
                     std::vector<EventTransport*> transports) {
  work_->add_lane(lane, start, std::move(transports));
}
void Relay::start() { work_->start(); }
void Relay::wake() { work_->wake(); }
void Relay::stop() { work_->stop(); }
void Relay::switch_to(const std::string& lane, std::string_view transport) {
  work_->switch_to(lane, transport);
}
std::uint64_t Relay::pump() { return work_->pump(); }
EventLog& Relay::log() const { return work_->log(); }
std::vector<LaneFigures> Relay::figures() const { return work_->figures(); }

}  // namespace banyan::events
