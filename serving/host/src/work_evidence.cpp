// SPDX-License-Identifier: Apache-2.0
#include "work_evidence.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iterator>

#include "banyan/host/metrics.hpp"
#include "banyan/kernel/context.hpp"
#include "banyan/kernel/whole_file.hpp"
#include "banyan/sqlite/durable_file.hpp"

namespace banyan::host {

using strangler::JudgedOperation;

namespace {

/// Why nobody can tell of a module's workers, where that is not for want of time alone.
class Silence {
 public:
  Silence(const WorkLedger& ledger, std::string_view module)
      : why_(ledger.why_not_told(module)), rows_(ledger.read()), module_(module) {}

  /// "" where nothing is known of it.
  std::string of(const strangler::OperationVerdict& worker) const {
    if (!why_.empty()) return "; its service does not say what it does: " + why_;
    const auto row = std::ranges::find_if(rows_, [&](const WorkLedger::Row& each) {
      return each.module == module_ &&
             JudgedOperation::worker(each.worker).name == worker.operation;
    });
    if (row == rows_.end()) return "; nobody has been seen to do it since this process began";
    if (row->elsewhere.requests > 0 || row->hindered_elsewhere == 0) return {};
    return "; its service was hindered in it " + std::to_string(row->hindered_elsewhere) +
           " times, see what its log says";
  }

 private:
  const std::string why_;
  const std::vector<WorkLedger::Row> rows_;
  const std::string_view module_;
};

}  // namespace

WorkEvidence::WorkEvidence(std::string file, const Clock& clock, const telemetry::Log& log,
                           const WorkLedger* ledger, const strangler::JudgeRules& rules)
    : file_(std::move(file)), clock_(&clock), log_(&log), ledger_(ledger), rules_(rules) {}

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
                      .counters = std::make_unique<LaneCounters>(subscribes, *clock_)});
    lane = std::prev(lanes_.end());
  }
  return counted_by(*lane->counters, std::move(way));
}

void WorkEvidence::begin() {
  const std::lock_guard lock(mutex_);
  usual_ = UsualOfWork::from(whole_file(file_).value_or(""));
  write_at_ = clock_->steady() + kWrite;
  for (const Lane& lane : lanes_) {
    admit(lane.follower, JudgedOperation::lane_from(lane.source),
          UsualOfWork::lane(lane.source, lane.follower));
  }
  // Who does it now may do nothing at all, and then nobody else would say its name.
  for (const UsualOfWork::Name& each : usual_.workers(clock_->now())) {
    if (ledger_ == nullptr) break;
    workers_.try_emplace(std::pair(each.module, each.other));
    admit(each.module, JudgedOperation::worker(each.other), each);
  }
  begun_ = true;
}

void WorkEvidence::admit(const std::string& module, JudgedOperation what,
                         const UsualOfWork::Name& usual) {
  strangler::Judge& judge =
      judges_.try_emplace(module, std::vector<JudgedOperation>(), rules_).first->second;
  const std::string name = what.name;
  judge.admit(std::move(what));
  const strangler::Window before = usual_.of(usual, clock_->now());
  judge.add(name, {.new_side = {}, .control = before, .old_side = before});
}

void WorkEvidence::keep_judging(Scheduler& scheduler) {
  ticking_ = scheduler.every(kTick, [this] { tick(); });
}

void WorkEvidence::end() {
  ticking_.reset();
  tick();
  write();
}

void WorkEvidence::weigh(const std::string& module, const JudgedOperation& what,
                         const UsualOfWork::Name& usual, Readings& last, const Readings& now) {
  strangler::Window before = now.here.since(last.here);
  const strangler::Window after = now.elsewhere.since(last.elsewhere);
  // Two who look for what is due are sooner there than the one who will be left.
  if (what.counted == strangler::Counted::Work && now.elsewhere.requests > 0) before.latency = {};
  judges_.at(module).add(what.name, {.new_side = after, .control = before, .old_side = before});
  usual_.add(usual, before, clock_->now());
  last = now;
}

void WorkEvidence::tick() {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    if (!begun_) return;
    for (Lane& lane : lanes_) {
      weigh(lane.follower, JudgedOperation::lane_from(lane.source),
            UsualOfWork::lane(lane.source, lane.follower), lane.last,
            {lane.counters->read(Side::Local), lane.counters->read(Side::Remote)});
    }
    const auto rows = ledger_ != nullptr ? ledger_->read() : std::vector<WorkLedger::Row>();
    for (const WorkLedger::Row& row : rows) {
      const JudgedOperation worker = JudgedOperation::worker(row.worker);
      const auto usual = UsualOfWork::worker(row.module, row.worker);
      const auto [last, is_new] = workers_.try_emplace(std::pair(row.module, row.worker));
      if (is_new) admit(row.module, worker, usual);
      weigh(row.module, worker, usual, last->second, {row.here, row.elsewhere});
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
                  "after a restart nobody can tell whether events are handled, or background work "
                  "is done, worse at a service; everything else goes on"}});
  }
}

std::vector<strangler::OperationVerdict> WorkEvidence::of(std::string_view module) const {
  std::vector<strangler::OperationVerdict> all;
  {
    const std::lock_guard lock(mutex_);
    const auto judge = judges_.find(module);
    if (judge != judges_.end()) all = judge->second.verdicts();
  }
  if (ledger_ == nullptr) return all;
  const Silence silence(*ledger_, module);
  for (strangler::OperationVerdict& each : all) {
    const bool is_unknown = each.judgement == strangler::Judgement::CannotTell;
    if (each.counted == strangler::Counted::Work && is_unknown) each.reason += silence.of(each);
  }
  return all;
}

std::optional<strangler::OperationVerdict> WorkEvidence::find(std::string_view module,
                                                              const JudgedOperation& what) const {
  for (strangler::OperationVerdict& each : of(module)) {
    if (each.operation == what.name && each.counted == what.counted) return std::move(each);
  }
  return std::nullopt;
}

std::optional<strangler::OperationVerdict> WorkEvidence::of_lane(std::string_view source,
                                                                 std::string_view follower) const {
  return find(follower, JudgedOperation::lane_from(source));
}

std::optional<strangler::OperationVerdict> WorkEvidence::of_worker(std::string_view module,
                                                                   std::string_view worker) const {
  return find(module, JudgedOperation::worker(worker));
}

void WorkEvidence::forgive(std::string_view module) {
  const std::lock_guard lock(mutex_);
  const auto judge = judges_.find(module);
  if (judge == judges_.end()) return;
  judge->second.begin_step(true);
  judge->second.forgive();
}

std::vector<telemetry::Sample> WorkEvidence::samples() const {
  using telemetry::declared;
  std::vector<telemetry::Sample> all;
  const std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, std::string>, bool> worse;  // by module and what is judged
  for (const auto& [module, judge] : judges_) {
    for (const strangler::OperationVerdict& each : judge.verdicts()) {
      worse[{module, each.operation}] = each.judgement == strangler::Judgement::Worse;
    }
  }
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
    const auto judged = worse.find({lane.follower, JudgedOperation::lane_from(lane.source).name});
    if (judged == worse.end()) continue;
    all.push_back({declared(kMetrics, "banyan_events_lane_worse"),
                   {lane.source, lane.follower},
                   judged->second ? 1.0 : 0.0});
  }
  for (const auto& [name, last] : workers_) {
    const bool is_worse = worse[{name.first, JudgedOperation::worker(name.second).name}];
    all.push_back(
        {declared(kMetrics, "banyan_work_worse"), {name.first, name.second}, is_worse ? 1.0 : 0.0});
  }
  return all;
}

}  // namespace banyan::host
