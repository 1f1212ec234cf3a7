// SPDX-License-Identifier: Apache-2.0
#include "work_ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "banyan/host/metrics.hpp"
#include "banyan/kernel/context.hpp"

namespace banyan::host {

class WorkLedger::Observer final : public WorkObserver {
 public:
  Observer(WorkLedger& ledger, std::string module) : ledger_(ledger), module_(std::move(module)) {}

  void worked(const Work& work) noexcept override { ledger_.note(module_, work); }
  void hindered(std::string_view worker) noexcept override {
    ledger_.note_hindrance(module_, worker);
  }

 private:
  WorkLedger& ledger_;
  const std::string module_;
};

WorkLedger::WorkLedger(const Clock& clock) : clock_(&clock) {}

WorkLedger::~WorkLedger() = default;

WorkObserver& WorkLedger::of(const std::string& module) {
  const std::lock_guard lock(mutex_);
  auto& observer = observers_[module];
  if (!observer) observer = std::make_unique<Observer>(*this, module);
  return *observer;
}

void WorkLedger::note(const std::string& module, const Work& work) {
  const Timestamp now = clock_->now();
  const std::lock_guard lock(mutex_);
  Worker& worker = workers_[{module, std::string(work.worker)}];
  ++worker.here.requests;
  if (work.failed) ++worker.here.errors;
  if (!work.lag) return;
  const Timestamp due{now.micros - work.lag->count()};
  if (!worker.catching_up.excuses(due, now)) worker.here.latency.add(*work.lag);
}

void WorkLedger::note_hindrance(const std::string& module, std::string_view worker) {
  const std::lock_guard lock(mutex_);
  Worker& hindered = workers_[{module, std::string(worker)}];
  ++hindered.hindered_here;
  hindered.catching_up.interrupt();
}

void WorkLedger::add_elsewhere(const std::string& module, const std::string& worker,
                               const strangler::Window& fresh, std::uint64_t hindered) {
  constexpr std::size_t kMost = 1'000;
  const std::lock_guard lock(mutex_);
  const std::pair name(module, worker);
  if (!workers_.contains(name) && workers_.size() >= kMost) return;
  Worker& there = workers_[name];
  there.elsewhere += fresh;
  there.hindered_elsewhere += hindered;
}

void WorkLedger::not_told(const std::string& module, std::string why) {
  const std::lock_guard lock(mutex_);
  if (why.empty()) {
    not_told_.erase(module);
  } else {
    not_told_[module] = std::move(why);
  }
}

std::string WorkLedger::why_not_told(std::string_view module) const {
  const std::lock_guard lock(mutex_);
  const auto found = not_told_.find(module);
  return found == not_told_.end() ? std::string() : found->second;
}

std::map<std::string, std::string, std::less<>> WorkLedger::not_told() const {
  const std::lock_guard lock(mutex_);
  return not_told_;
}

std::vector<WorkLedger::Row> WorkLedger::read() const {
  const std::lock_guard lock(mutex_);
  std::vector<Row> rows;
  rows.reserve(workers_.size());
  for (const auto& [name, worker] : workers_) {
    rows.push_back({.module = name.first,
                    .worker = name.second,
                    .here = worker.here,
                    .elsewhere = worker.elsewhere,
                    .hindered_here = worker.hindered_here,
                    .hindered_elsewhere = worker.hindered_elsewhere});
  }
  return rows;
}

std::vector<telemetry::Sample> WorkLedger::samples() const {
  using telemetry::declared;
  std::vector<telemetry::Sample> all;
  for (const Row& row : read()) {
    for (const Side side : {Side::Local, Side::Remote}) {
      const strangler::Window& window = side == Side::Local ? row.here : row.elsewhere;
      const auto count = [&](const char* outcome, std::uint64_t units) {
        all.push_back({declared(kMetrics, "banyan_work_units_total"),
                       {row.module, row.worker, std::string(to_string(side)), outcome},
                       static_cast<double>(units)});
      };
      count("ok", window.requests - window.failures());
      count("error", window.failures());
      all.push_back(
          {declared(kMetrics, "banyan_work_hindered_total"),
           {row.module, row.worker, std::string(to_string(side))},
           static_cast<double>(side == Side::Local ? row.hindered_here : row.hindered_elsewhere)});
      if (window.latency.total() == 0) continue;
      const auto lag = [&](const char* quantile, double share) {
        constexpr double kMicros = 1e6;
        all.push_back({declared(kMetrics, "banyan_work_lag_seconds"),
                       {row.module, row.worker, std::string(to_string(side)), quantile},
                       static_cast<double>(window.latency.quantile(share).count()) / kMicros});
      };
      lag("0.5", 0.5);
      lag("0.9", 0.9);
      lag("0.99", 0.99);
    }
  }
  return all;
}

}  // namespace banyan::host
