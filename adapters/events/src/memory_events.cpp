// SPDX-License-Identifier: Apache-2.0
#include "banyan/events/memory_events.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "banyan/kernel/lease.hpp"
#include "publisher.hpp"
#include "refusals.hpp"

namespace banyan::events {
namespace {

using std::chrono::microseconds;

struct Place {
  std::int64_t position = 0;
  std::int64_t epoch = 0;
  std::string holder;
  SteadyTime until;
};

struct KeptHold {
  Hold hold;
  SteadyTime next_at;
};

struct Lane {
  std::map<int, Place> slots;
  std::map<std::string, KeptHold> holds;
  Route route;
};

class MemoryLog final : public EventLog {
 public:
  MemoryLog(std::string module, const Environment& environment)
      : module_(std::move(module)), environment_(environment) {}

  void append(std::vector<Envelope> events) {
    const std::lock_guard lock(mutex_);
    for (Envelope& event : events) {
      event.seq = ++end_;
      event.ordinal = ++heads_[event.key];
      events_.push_back(std::move(event));
    }
  }

  const std::string& module() const override { return module_; }

  bool add_lane(const std::string& name, Start start, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Lane& lane = lanes_[name];
    if (!lane.slots.empty()) return false;
    for (int slot = 0; slot < kSlots; ++slot) {
      lane.slots[slot].position = start == Start::Head ? end_ : 0;
    }
    return true;
  }

  Route take_route(const std::string& name, const std::string& transport,
                   const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Route& route = lanes_[name].route;
    if (route.transport == transport) return route;
    const bool home = route.before == transport;
    const std::int64_t border = home ? route.from_seq : end_;
    route = {transport, home ? "" : route.transport, border};
    return route;
  }

  Route settle_route(const std::string& name, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Lane& lane = lanes_[name];
    if (lane.slots.empty()) return lane.route;
    const std::int64_t border = lane.route.from_seq;
    const bool left = std::ranges::any_of(events_,
                                          [&](const Envelope& event) {
                                            return event.seq <= border &&
                                                   event.seq > lane.slots[event.slot].position;
                                          }) ||
                      std::ranges::any_of(lane.holds, [&](const auto& each) {
                        return each.second.hold.from_seq <= border;
                      });
    if (!left) lane.route.before.clear();
    return lane.route;
  }

  std::vector<int> slots_with_work(const std::string& name, const std::string& holder,
                                   const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Lane& lane = lanes_[name];
    std::vector<int> slots;
    for (const auto& [slot, place] : lane.slots) {
      if (!is_free(place, holder)) continue;
      const bool work =
          std::ranges::any_of(events_,
                              [&, at = slot](const Envelope& event) {
                                return event.slot == at && event.seq > lane.slots[at].position;
                              }) ||
          std::ranges::any_of(lane.holds, [&, at = slot](const auto& each) {
            return each.second.hold.slot == at && is_due(each.second);
          });
      if (work) slots.push_back(slot);
    }
    return slots;
  }

  std::optional<Lease> lease(const std::string& name, int slot, const std::string& holder,
                             microseconds length, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Place* const place = place_of(name, slot);
    if (place == nullptr || !is_free(*place, holder)) return std::nullopt;
    place->holder = holder;
    place->until = now() + length;
    return Lease{name, slot, place->position, ++place->epoch};
  }

  bool renew(const Lease& lease, microseconds length, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Place* const place = place_of(lease.lane, lease.slot);
    if (place == nullptr || place->epoch != lease.epoch) return false;
    place->until = now() + length;
    return true;
  }

  Batch read(const Lease& lease, const BatchLimits& limits, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    const Lane& lane = lanes_[lease.lane];
    Batch batch = first_of(limits, [&](const Envelope& event) {
      return event.slot == lease.slot && event.seq > lease.position;
    });
    for (const Envelope& event : batch.events) {
      if (lane.holds.contains(event.key)) batch.held.insert(event.key);
    }
    return batch;
  }

  std::vector<Hold> due(const Lease& lease, std::int64_t limit,
                        const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    std::vector<Hold> due;
    for (const auto& [key, kept] : lanes_[lease.lane].holds) {
      if (kept.hold.slot != lease.slot || !is_due(kept)) continue;
      if (std::cmp_greater_equal(due.size(), limit)) continue;
      due.push_back(kept.hold);
      due.back().tried = kept.hold.ordinal;
    }
    return due;
  }

  Batch events_of(const Lease& lease, const Hold& hold, const BatchLimits& limits,
                  const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    return first_of(limits, [&](const Envelope& event) {
      return event.key == hold.key && event.ordinal >= hold.ordinal && event.seq <= lease.position;
    });
  }

  bool settle(const Lease& lease, const Settlement& settlement,
              const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    Place* const place = place_of(lease.lane, lease.slot);
    if (place == nullptr || place->epoch != lease.epoch) return false;
    place->position = settlement.position;
    if (settlement.release) place->holder.clear();
    Lane& lane = lanes_[lease.lane];
    for (const std::string& key : settlement.resolved) lane.holds.erase(key);
    for (const Hold& hold : settlement.holds) {
      const auto known = lane.holds.find(hold.key);
      if (known != lane.holds.end() && known->second.hold.ordinal < hold.tried) continue;
      const bool skipped = known != lane.holds.end() && known->second.hold.skips >= hold.ordinal;
      const std::int64_t skips = skipped ? known->second.hold.skips : 0;
      KeptHold& kept = lane.holds[hold.key];
      kept = {hold, now() + hold.wait};
      kept.hold.skips = skips;
    }
    return true;
  }

  std::int64_t purge(Timestamp before, std::int64_t limit, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(std::erase_if(events_, [&](const Envelope& event) {
      if (limit == 0 || event.time.micros >= before.micros) return false;
      const bool wanted = std::ranges::any_of(lanes_, [&](auto& each) {
        Lane& lane = each.second;
        if (lane.slots.empty()) return false;  // it was forgotten
        return event.seq > lane.slots[event.slot].position ||
               std::ranges::any_of(lane.holds, [&](const auto& held) {
                 return held.second.hold.slot == event.slot &&
                        held.second.hold.from_seq <= event.seq;
               });
      });
      if (!wanted) --limit;
      return !wanted;
    }));
  }

  std::vector<LaneReport> lanes(const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    std::vector<LaneReport> reports;
    for (auto& [name, lane] : lanes_) {
      if (lane.slots.empty()) continue;
      LaneReport& report = reports.emplace_back();
      report.lane = name;
      report.route = lane.route;
      report.head = end_;
      report.position = end_;
      for (const Envelope& event : events_) {
        const std::int64_t position = lane.slots[event.slot].position;
        if (event.seq <= position) continue;
        ++report.unsent;
        report.position = std::min(report.position, position);
        if (!report.oldest_unsent || event.time.micros < report.oldest_unsent->micros) {
          report.oldest_unsent = event.time;
        }
      }
      for (const auto& [key, kept] : lane.holds) {
        ++report.held;
        report.parked += kept.hold.parked ? 1 : 0;
        report.gaps += gap_of(kept.hold) ? 1 : 0;
        if (!report.oldest_held || kept.hold.since.micros < report.oldest_held->micros) {
          report.oldest_held = kept.hold.since;
        }
      }
    }
    return reports;
  }

  std::vector<Hold> holds(const std::string& name, std::int64_t limit,
                          const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    std::vector<Hold> all;
    for (const auto& [key, kept] : lanes_[name].holds) {
      Hold& hold = all.emplace_back(kept.hold);
      hold.wait =
          std::max(microseconds(0), std::chrono::duration_cast<microseconds>(kept.next_at - now()));
    }
    std::ranges::stable_sort(all, {}, [](const Hold& hold) { return hold.since.micros; });
    if (std::cmp_greater(all.size(), limit)) all.resize(static_cast<std::size_t>(limit));
    return all;
  }

  std::int64_t replay(const std::string& name, const std::string& key, const By& by,
                      const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    actions_.push_back({environment_.clock.now(), name, key, "replay", by});
    std::int64_t replayed = 0;
    for (auto& [held, kept] : lanes_[name].holds) {
      if (!key.empty() && held != key) continue;
      try_now(kept);
      if (gap_of(kept.hold)) begin_with_first(kept.hold);
      ++replayed;
    }
    return replayed;
  }

  bool skip(const std::string& name, const std::string& key, const By& by,
            const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    auto& holds = lanes_[name].holds;
    const auto found = holds.find(key);
    if (found == holds.end()) return false;
    actions_.push_back({environment_.clock.now(), name, key, "skip", by});
    try_now(found->second);
    found->second.hold.skips = found->second.hold.ordinal;
    return true;
  }

  Result<bool> forget_lane(const std::string& name, const By& by,
                           const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    const auto found = lanes_.find(name);
    if (found == lanes_.end() || found->second.slots.empty()) return false;
    const bool at_work = std::ranges::any_of(
        found->second.slots, [&](const auto& each) { return !is_free(each.second, ""); });
    if (at_work) return fail(lane_at_work(module_, name));
    actions_.push_back({environment_.clock.now(), name, "", "forget", by});
    lanes_.erase(found);
    return true;
  }

  std::vector<LaneAction> actions(std::int64_t limit, const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    std::vector<LaneAction> newest(actions_.rbegin(), actions_.rend());
    if (std::cmp_greater(newest.size(), limit)) newest.resize(static_cast<std::size_t>(limit));
    return newest;
  }

 private:
  template <class Wanted>
  Batch first_of(const BatchLimits& limits, const Wanted& wanted) const {
    Batch batch;
    std::size_t bytes = 0;
    for (const Envelope& event : events_) {
      if (!wanted(event)) continue;
      bytes += event.data.size();
      if (std::cmp_equal(batch.events.size(), limits.rows) ||
          (bytes > limits.bytes && !batch.events.empty())) {
        batch.more = true;
        break;
      }
      batch.events.push_back(event);
    }
    return batch;
  }
  SteadyTime now() const { return environment_.clock.steady(); }
  /// Nothing: there is no such lane, or not any more.
  Place* place_of(const std::string& lane, int slot) {
    const auto found = lanes_.find(lane);
    if (found == lanes_.end()) return nullptr;
    const auto place = found->second.slots.find(slot);
    return place == found->second.slots.end() ? nullptr : &place->second;
  }
  bool is_free(const Place& place, const std::string& who) const {
    return place.holder.empty() || place.holder == who || place.until <= now();
  }
  bool is_due(const KeptHold& kept) const { return !kept.hold.parked && kept.next_at <= now(); }
  void begin_with_first(Hold& hold) const {
    const auto first = std::ranges::find(events_, hold.key, &Envelope::key);
    if (first == events_.end() || first->ordinal >= hold.ordinal) return;
    hold.from_seq = first->seq;
    hold.ordinal = first->ordinal;
    hold.type = first->type;
    hold.skips = 0;
  }
  void try_now(KeptHold& kept) const {
    kept.hold.attempts = 0;
    kept.hold.parked = false;
    kept.next_at = now();
  }

  const std::string module_;
  const Environment environment_;
  std::mutex mutex_;
  std::vector<Envelope> events_;  ///< by seq
  std::map<std::string, std::int64_t> heads_;
  std::int64_t end_ = 0;
  std::map<std::string, Lane> lanes_;
  std::vector<LaneAction> actions_;
};

class MemoryInbox final : public Inbox {
 public:
  std::vector<std::int64_t> marks(const std::string& source, const std::vector<std::string>& keys,
                                  const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::int64_t> found;
    found.reserve(keys.size());
    for (const std::string& key : keys) found.push_back(marks_[{source, key}]);
    return found;
  }

  Result<void> raise(const std::string& source, const std::vector<Mark>& marks,
                     const Context& /*context*/) override {
    for (const Mark& mark : marks) raise(source, mark.key, mark.ordinal);
    return {};
  }

  std::int64_t forget(const std::string& source, std::int64_t limit,
                      const Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    return static_cast<std::int64_t>(std::erase_if(
        marks_, [&](const auto& mark) { return mark.first.first == source && limit-- > 0; }));
  }

  void raise(const std::string& source, const std::string& key, std::int64_t ordinal) {
    const std::lock_guard lock(mutex_);
    std::int64_t& mark = marks_[{source, key}];
    mark = std::max(mark, ordinal);
  }

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::int64_t> marks_;
};

}  // namespace

class MemoryEvents::Tables {
 public:
  Tables(const std::string& module, std::vector<EventType> types, const Environment& environment)
      : publisher(module, std::move(types), environment), log(module, environment) {}

  class Rows final : public InboxRows {
   public:
    explicit Rows(Tables& tables) : tables_(tables) {}
    std::int64_t mark(const EventDelivery& delivery) override {
      return tables_.inbox.marks(delivery.source(), {delivery.key()}, {}).front();
    }
    // When the unit is kept.
    void set_mark(const EventDelivery& /*delivery*/) override {}

   private:
    Tables& tables_;
  };

  const Publisher publisher;
  MemoryLog log;
  MemoryInbox inbox;
  std::vector<Envelope> staged;
  bool handled = false;
};

MemoryEvents::MemoryEvents(std::string module, std::vector<EventType> types,
                           const Environment& environment)
    : tables_(std::make_unique<Tables>(module, std::move(types), environment)) {}
MemoryEvents::~MemoryEvents() = default;

EventLog& MemoryEvents::log() { return tables_->log; }
Inbox& MemoryEvents::inbox() { return tables_->inbox; }

void MemoryEvents::before_commit(const UnitOfWork& unit) {
  Tables::Rows rows(*tables_);
  tables_->handled = settle_delivery(rows, unit, tables_->publisher.module());
  tables_->staged = tables_->publisher.envelopes_of(unit);
}

void MemoryEvents::committed(const UnitOfWork& unit) noexcept {
  if (tables_->handled) {
    EventDelivery& delivery = *unit.context().delivery;
    tables_->inbox.raise(delivery.source(), delivery.key(), delivery.ordinal());
    delivery.commit();
  }
  if (tables_->staged.empty()) return;
  tables_->log.append(std::exchange(tables_->staged, {}));
  (*waking())();
}

}  // namespace banyan::events
