// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "assembly.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/serving/control_plane.hpp"
#include "banyan/serving/telemetry.hpp"
#include "banyan/sql/database.hpp"
#include "dependency_probe.hpp"
#include "event_traffic.hpp"
#include "housekeeping.hpp"
#include "read_models.hpp"
#include "saga_watch.hpp"
#include "service_databases.hpp"
#include "work_ledger.hpp"

namespace banyan::host {

/// What a process that hosts modules says of itself to who asks for health and metrics:
///
///     database, moves, sagas, events, read models, work, services ──▶ telemetry
class ProcessHealth {
 public:
  struct Sources {
    sql::Database& database;
    const Assembly& assembly;
    const Housekeeping& housekeeping;
    const SagaWatch& sagas;
    const EventTraffic& events;
    const ReadModels& read_models;
    const WorkLedger& work;
    const ServiceDatabases& databases;
    const serving::ControlPlane* control;  ///< null: it steers nothing
  };

  /// All must outlive it, and it the last question that `telemetry` is asked. Asks each service
  /// that a module runs in whether it is there, every second.
  ProcessHealth(const Sources& sources, Scheduler& scheduler, serving::Telemetry& telemetry);

 private:
  void watch_services(Scheduler& scheduler, telemetry::Health& health);
  std::vector<telemetry::Sample> samples() const;

  const Sources sources_;
  std::vector<std::unique_ptr<DependencyProbe>> probes_;
};

}  // namespace banyan::host
