// SPDX-License-Identifier: Apache-2.0
#include "work_evidence.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "banyan/events/event_types.hpp"
#include "banyan/host/metrics.hpp"
#include "banyan/kernel/error_origin.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "banyan/sqlite/durable_file.hpp"

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

bool CatchingUp::excuses(const Timestamp& published, const Timestamp& now) {
  if (std::exchange(interrupted_, false)) {
    const std::int64_t waited = std::clamp<std::int64_t>(now.micros - published.micros, 0,
                                                         microseconds(kLongestWait).count());
    border_ = now;
    until_ = {now.micros + kTimes * waited};
    return true;
  }
  if (published > border_) return false;
  if (now <= until_) border_ = now;
  return true;
}

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

WorkEvidence::WorkEvidence(std::string file, const Clock& clock, const telemetry::Log& log,
                           const strangler::JudgeRules& rules)
    : file_(std::move(file)), clock_(&clock), log_(&log), rules_(rules) {}

WorkEvidence::~WorkEvidence() { ticking_.reset(); }

std::unique_ptr<events::EventTransport> WorkEvidence::watched(
    std::unique_ptr<events::EventTransport> way, const std::string& source,
    const std::string& follower, const std::vector<std::string>& subscribes) {
  const std::lock_guard lock(mutex_);
  auto lane = std::ranges::find_if(
      lanes_, [&](const Lane& each) { return each.source == source && each.follower == follower; });
  if (lane == lanes_.end()) {
    lanes_.push_back({.source = source,
                      .follower = follower,
                      .name = strangler::JudgedOperation::lane_from(source).name,
                      .counters = std::make_unique<LaneCounters>(subscribes, *clock_)});
    lane = std::prev(lanes_.end());
  }
  return std::make_unique<WatchedWay>(std::move(way), *lane->counters);
}

void WorkEvidence::begin() {
  const std::lock_guard lock(mutex_);
  usual_ = UsualOfWork::from(whole_file(file_).value_or(""));
  write_at_ = clock_->steady() + kWrite;
  std::map<std::string, std::vector<strangler::JudgedOperation>> all;
  for (const Lane& lane : lanes_) {
    all[lane.follower].push_back(strangler::JudgedOperation::lane_from(lane.source));
  }
  for (auto& [follower, lanes] : all) judges_.try_emplace(follower, std::move(lanes), rules_);
  for (const Lane& lane : lanes_) {
    const strangler::Window before = usual_.of(lane.source, lane.follower, clock_->now());
    judges_.at(lane.follower)
        .add(lane.name, {.new_side = {}, .control = before, .old_side = before});
  }
}

void WorkEvidence::keep_judging(Scheduler& scheduler) {
  ticking_ = scheduler.every(kTick, [this] { tick(); });
}

void WorkEvidence::end() {
  ticking_.reset();
  tick();
  write();
}

void WorkEvidence::tick() {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) {
      const auto judge = judges_.find(lane.follower);
      if (judge == judges_.end()) continue;
      const strangler::Window here = lane.counters->read(Side::Local);
      const strangler::Window elsewhere = lane.counters->read(Side::Remote);
      const strangler::Window before = here.since(lane.here);
      judge->second.add(
          lane.name,
          {.new_side = elsewhere.since(lane.elsewhere), .control = before, .old_side = before});
      usual_.add(lane.source, lane.follower, before, clock_->now());
      lane.here = here;
      lane.elsewhere = elsewhere;
    }
    due = clock_->steady() >= write_at_;
    if (due) write_at_ = clock_->steady() + kWrite;
  }
  if (due) write();
}

/// Without the lock while it writes: deliveries do not wait for a disk, nor do plans.
void WorkEvidence::write() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!usual_.changed()) return;
    text = usual_.text();
  }
  try {
    sqlite::write_durably(file_, text);
    failing_ = false;
  } catch (const std::filesystem::filesystem_error& problem) {
    if (std::exchange(failing_, true)) return;
    log_->write(telemetry::Level::Warning, "usual_of_lanes_not_kept",
                {{"message", problem.what()},
                 {"next",
                  "after a restart nobody can tell whether events are handled worse at a service; "
                  "everything else goes on"}});
  }
}

std::vector<strangler::OperationVerdict> WorkEvidence::of(std::string_view follower) const {
  const std::lock_guard lock(mutex_);
  const auto judge = judges_.find(follower);
  return judge == judges_.end() ? std::vector<strangler::OperationVerdict>{}
                                : judge->second.verdicts();
}

std::optional<strangler::OperationVerdict> WorkEvidence::of(std::string_view source,
                                                            std::string_view follower) const {
  const std::string name = strangler::JudgedOperation::lane_from(source).name;
  for (strangler::OperationVerdict& each : of(follower)) {
    if (each.operation == name) return std::move(each);
  }
  return std::nullopt;
}

void WorkEvidence::forgive(std::string_view follower) {
  const std::lock_guard lock(mutex_);
  const auto judge = judges_.find(follower);
  if (judge == judges_.end()) return;
  judge->second.begin_step(true);
  judge->second.forgive();
}

std::vector<telemetry::Sample> WorkEvidence::samples() const {
  using telemetry::declared;
  std::vector<telemetry::Sample> all;
  const std::lock_guard lock(mutex_);
  for (const Lane& lane : lanes_) {
    for (const Side side : {Side::Local, Side::Remote}) {
      const strangler::Window window = lane.counters->read(side);
      const auto add = [&](const char* outcome, std::uint64_t count) {
        all.push_back({declared(kMetrics, "banyan_events_judged_total"),
                       {lane.source, lane.follower, std::string(to_string(side)), outcome},
                       static_cast<double>(count)});
      };
      add("ok", window.requests - window.failures());
      add("error", window.failures());
    }
  }
  for (const auto& [follower, judge] : judges_) {
    for (const strangler::OperationVerdict& each : judge.verdicts()) {
      const auto lane = std::ranges::find_if(lanes_, [&](const Lane& candidate) {
        return candidate.follower == follower && candidate.name == each.operation;
      });
      const bool worse = each.judgement == strangler::Judgement::Worse;
      all.push_back({declared(kMetrics, "banyan_events_lane_worse"),
                     {lane->source, follower},
                     worse ? 1.0 : 0.0});
    }
  }
  return all;
}

}  // namespace banyan::host
