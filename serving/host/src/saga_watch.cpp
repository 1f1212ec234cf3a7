// SPDX-License-Identifier: Apache-2.0
#include "saga_watch.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "banyan/host/metrics.hpp"
#include "banyan/sql/sagas.hpp"

namespace banyan::host {
namespace {

using namespace std::chrono_literals;
constexpr auto kInterval = 5s;
constexpr auto kBudget = 2s;

// Beyond these many the figures say "at least", which is enough to come and look.
constexpr std::int64_t kMostCounted = 100'000;
constexpr std::int64_t kMostNamed = 100;

/// What a look at a module's tables has found.
struct Seen {
  SagaFigures figures;
  std::vector<SagaInstance> in_trouble;
};

Seen sagas_in(const HostedModule& module, Timestamp now, const Context& context) {
  sql::ModuleDatabase database = *module.database;
  return database.read(context, [&](sql::Session& session) {
    sql::Sagas rows(session, module.name());
    Seen seen{.figures = rows.figures(now, kMostCounted), .in_trouble = {}};
    if (seen.figures.stuck + seen.figures.overdue > 0) {
      seen.in_trouble = rows.in_trouble(now, kMostNamed);
    }
    return seen;
  });
}

std::string what_of(const SagaInstance& saga) {
  const SagaRecord& record = saga.data();
  const std::string who = record.name + " about " + record.subject;
  const std::string at = saga.at_call();
  const std::string problem = record.problem ? ": " + *record.problem : "";
  if (record.status == SagaStatus::Stuck) return who + " is stuck at " + at + problem;
  const std::string way =
      record.phase == SagaPhase::Back ? "is still turning back, at " : "is still at ";
  return who + " was to be over by " + to_string(*record.deadline) + " and " + way + at + problem;
}

std::string counted(std::int64_t many, const std::string& what) {
  return std::to_string(many) + (many == 1 ? " saga is " : " sagas are ") + what;
}

}  // namespace

SagaWatch::SagaWatch(const Assembly& assembly, const Environment& environment,
                     const telemetry::Log& log)
    : environment_(environment), log_(&log) {
  for (const auto& module : assembly.modules()) {
    if (module->keeps_sagas()) watched_.push_back({.module = module.get()});
  }
  if (watched_.empty()) return;
  rounds_ = environment_.scheduler.every(kInterval, [this] { look(); });
  rounds_->wake();
}

void SagaWatch::look() {
  for (Watched& each : watched_) {
    try {
      look_at(each);
    } catch (const OperationalFault&) {
      // Health tells of the database, and one that is away hides no other module's.
      const std::lock_guard lock(mutex_);
      each.figures.reset();
    }
  }
}

void SagaWatch::look_at(Watched& watched) {
  const Timestamp now = environment_.clock.now();
  const Seen seen = sagas_in(*watched.module, now,
                             Context::begin(kBudget, environment_.clock, environment_.random));
  const std::lock_guard lock(mutex_);
  watched.figures = seen.figures;
  std::set<SagaId> stuck;
  std::set<SagaId> overdue;
  for (const SagaInstance& saga : seen.in_trouble) {
    const SagaId& id = saga.data().id;
    if (saga.data().status == SagaStatus::Stuck) {
      stuck.insert(id);
      if (!watched.stuck.contains(id)) tell(*watched.module, saga, true);
    }
    if (saga.overdue(now)) {
      overdue.insert(id);
      if (!watched.overdue.contains(id)) tell(*watched.module, saga, false);
    }
  }
  watched.stuck = std::move(stuck);
  watched.overdue = std::move(overdue);
}

void SagaWatch::tell(const HostedModule& module, const SagaInstance& saga, bool stuck) const {
  // The line is found by what was logged of the request that began it.
  Context of_request;
  of_request.correlation_id = saga.data().correlation_id;
  if (auto trace = TraceContext::parse(saga.data().traceparent)) {
    of_request.trace = *std::move(trace);
  }
  log_->write(
      stuck ? telemetry::Level::Error : telemetry::Level::Warning,
      stuck ? "saga_stuck" : "saga_overdue", of_request,
      {{"module", module.name()},
       {"saga", saga.data().id.str()},
       {"message", what_of(saga)},
       {"next", "banyan sagas " + saga.data().id.str() + " shows what can be done about it"}});
}

telemetry::Health::Finding SagaWatch::finding() const {
  std::string text;
  const std::lock_guard lock(mutex_);
  for (const Watched& each : watched_) {
    if (!each.figures) continue;
    std::string found;
    if (each.figures->stuck > 0) found = counted(each.figures->stuck, "stuck");
    if (each.figures->overdue > 0) {
      found += (found.empty() ? "" : ", ") + counted(each.figures->overdue, "past the deadline");
    }
    if (!found.empty()) text += (text.empty() ? "" : "; ") + each.module->name() + ": " + found;
  }
  if (text.empty()) return {true, "no saga is stuck or past its deadline"};
  return {false,
          text + ". `banyan sagas --open` names them, and `banyan sagas ID` what can be done"};
}

std::vector<telemetry::Sample> SagaWatch::samples() const {
  using telemetry::declared;
  std::vector<telemetry::Sample> all;
  const std::lock_guard lock(mutex_);
  for (const Watched& each : watched_) {
    if (!each.figures) continue;
    const std::string module = each.module->name();
    const auto add = [&](const telemetry::Metric& metric, std::vector<std::string> labels,
                         std::int64_t value) {
      all.push_back({metric, std::move(labels), static_cast<double>(value)});
    };
    add(declared(kMetrics, "banyan_sagas"), {module, "active"}, each.figures->active);
    add(declared(kMetrics, "banyan_sagas"), {module, "stuck"}, each.figures->stuck);
    add(declared(kMetrics, "banyan_sagas_overdue"), {module}, each.figures->overdue);
  }
  return all;
}

}  // namespace banyan::host
