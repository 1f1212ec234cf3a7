// SPDX-License-Identifier: Apache-2.0
#include "process_health.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>

#include "banyan/host/metrics.hpp"
#include "banyan/kernel/context.hpp"

namespace banyan::host {
namespace {

using telemetry::Health;

Health::Finding of_database(sql::Database& database) {
  const auto usable =
      database.probe(Context::begin(std::chrono::seconds(2), system_clock(), system_random()));
  return usable ? Health::Finding{true, database.source().display()}
                : Health::Finding{false, usable.error().message};
}

// Reading and writing go on meanwhile, and the disk fills.
Health::Finding of_write_ahead_logs(const sql::Database& database) {
  std::string problems;
  for (const sql::WriteAheadLog& wal : database.write_ahead_logs()) {
    if (!wal.problem.empty()) problems += (problems.empty() ? "" : " ") + wal.problem;
  }
  return {problems.empty(), problems};
}

std::vector<telemetry::Sample> samples_of(const sql::Database& database) {
  using telemetry::declared;
  const sql::WriterFigures writer = database.figures();
  std::vector<telemetry::Sample> all = {
      {declared(kMetrics, "banyan_sql_units_of_work_total"), {}, static_cast<double>(writer.units)},
      {declared(kMetrics, "banyan_sql_units_of_work_queued"),
       {},
       static_cast<double>(writer.queued)},
      {declared(kMetrics, "banyan_sql_commits_total"), {}, static_cast<double>(writer.commits)}};
  for (const sql::WriteAheadLog& wal : database.write_ahead_logs()) {
    all.push_back({declared(kMetrics, "banyan_sqlite_wal_bytes"),
                   {wal.database},
                   static_cast<double>(wal.bytes)});
  }
  return all;
}

}  // namespace

ProcessHealth::ProcessHealth(const Sources& sources, Scheduler& scheduler,
                             serving::Telemetry& telemetry)
    : sources_(sources) {
  Health& health = telemetry.health;
  health.add("database", true, [this] { return of_database(sources_.database); });
  health.add("write-ahead log", false, [this] { return of_write_ahead_logs(sources_.database); });
  health.add("placement", false, [this] { return sources_.housekeeping.finding(); });
  health.add("sagas", false, [this] { return sources_.sagas.finding(); });
  watch_services(scheduler, health);
  telemetry.metrics.add_samples([this] { return samples(); });
}

void ProcessHealth::watch_services(Scheduler& scheduler, Health& health) {
  for (const auto& module : sources_.assembly.modules()) {
    if (!module->service) continue;
    auto& probe = probes_.emplace_back(std::make_unique<DependencyProbe>(
        module->name(), *module->service, module->transport->group().options().connections.tls,
        scheduler));
    health.add("service " + module->name(), false,
               [watched = probe.get()] { return watched->finding(); });
    if (!module->here) continue;
    health.add("database of service " + module->name(), false,
               [&databases = sources_.databases, name = module->name()] {
                 return databases.finding(name);
               });
  }
}

std::vector<telemetry::Sample> ProcessHealth::samples() const {
  std::vector<telemetry::Sample> all = samples_of(sources_.database);
  const auto* control = sources_.control;
  all.push_back({telemetry::declared(kMetrics, "banyan_control_store_revision"),
                 {},
                 control ? static_cast<double>(control->stages().revision()) : 0.0});
  std::ranges::move(sources_.events.samples(), std::back_inserter(all));
  std::ranges::move(sources_.read_models.samples(), std::back_inserter(all));
  std::ranges::move(sources_.sagas.samples(), std::back_inserter(all));
  std::ranges::move(sources_.work.samples(), std::back_inserter(all));
  return all;
}

}  // namespace banyan::host
