// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "banyan/control/admin_api.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/serving/telemetry.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/stages.hpp"
#include "banyan/stages/switchboard.hpp"

namespace banyan::serving {

/// FailedPrecondition "banyan.control_store_lost" when a control store was there and is gone.
std::optional<Error> lost_control_store(const std::string& store);

/// Where the traffic stands and how it is changed: the control store, its stages in memory, the
/// switchboard, who walks plans, and the API of operators. A process that others of the application
/// call (a service) has none: it shifts nobody's traffic.
class ControlPlane {
 public:
  struct Plan {
    std::string store;  ///< the file
    const Clock& clock;
    std::vector<std::string> rollouts;
    strangler::Survey survey;
    strangler::StepsOf steps;
    strangler::TunnelsOf tunnels;
    strangler::Preflight preflight;
    strangler::OperationsOf operations;  ///< of a rollout, see Server::judged_operations()
    strangler::PlanDesk::PlanOf plan_of;
    strangler::Stages::EpochOf epoch_of{};
  };
  /// What is wrong with the store. Scheduler and telemetry must outlive the plane, and what the
  /// functions of the plan look at.
  static Result<std::unique_ptr<ControlPlane>> open(Plan plan, Scheduler& scheduler,
                                                    Telemetry& telemetry);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  strangler::Stages& stages() { return *stages_; }
  const strangler::Stages& stages() const { return *stages_; }
  strangler::ControlStore& store() const { return *store_; }
  strangler::AdminApi& admin() { return *admin_; }
  strangler::TrafficEvidence& evidence() { return evidence_; }
  strangler::Conductor& conductor() { return *conductor_; }

  /// From now on plans are walked: what the functions of the plan look at is there.
  void conduct();
  void stop_conducting() { conductor_->end(); }

  /// Rollouts that a new configuration has. Those of the store that it lacks, though their traffic
  /// has moved, are logged: their stages have no effect any more. Errors of the store are logged; a
  /// rollout that could not be enlisted counts as legacy.
  void enlist(const std::vector<std::string>& rollouts);

 private:
  void tell_what_nobody_goes_by(const std::vector<std::string>& rollouts) const;
  ControlPlane(std::unique_ptr<strangler::ControlStore> store, Scheduler& scheduler,
               Telemetry& telemetry)
      : scheduler_(scheduler), telemetry_(telemetry), store_(std::move(store)) {}
  void complain(const Error& error) const;
  void note(const strangler::Conductor::Note& note) const;

  Scheduler& scheduler_;
  Telemetry& telemetry_;
  std::unique_ptr<strangler::ControlStore> store_;
  std::unique_ptr<strangler::Stages> stages_;
  std::unique_ptr<strangler::Switchboard> switchboard_;
  strangler::TrafficEvidence evidence_;
  std::unique_ptr<strangler::Conductor> conductor_;
  std::unique_ptr<strangler::AdminApi> admin_;
};

}  // namespace banyan::serving
