// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/control/admin_api.hpp"
#include "banyan/kernel/clock.hpp"
#include "banyan/kernel/executor.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/plan_desk.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/retirement/use_book.hpp"
#include "banyan/serving/telemetry.hpp"
#include "banyan/stages/control_store.hpp"
#include "banyan/stages/stages.hpp"
#include "banyan/stages/switchboard.hpp"
#include "banyan/stages/witness.hpp"

namespace banyan::serving {

class UseRecorder;

/// FailedPrecondition "banyan.control_store_lost" when a control store was there and is gone, or
/// has no byte any more: so says a note beside it, one beside the configuration (a lost volume
/// takes the store with all that lies beside it), or `moved`, a module whose tables are at a place
/// of their own, which it comes to only where there is a store. "" for what there is not.
std::optional<Error> lost_control_store(const std::string& store, const std::string& config_file,
                                        const std::string& moved = {});

/// Where a note of the store may lie but beside it, see banyan/stages/made_note.hpp: beside a
/// configuration that lies elsewhere.
std::vector<std::string> notes_elsewhere(const std::string& store, const std::string& config_file);

/// Where the traffic stands and how it is changed: the control store, its stages in memory, the
/// switchboard, who walks plans, and the API of operators. A process that others of the application
/// call (a service) has none: it shifts nobody's traffic.
class ControlPlane {
 public:
  struct Plan {
    std::string store;          ///< the file
    std::string config_file{};  ///< "": there is none
    std::string moved{};        ///< a module whose tables have moved; "": none
    const Clock& clock;
    std::vector<std::string> rollouts;
    strangler::Survey survey;
    strangler::StepsOf steps;
    strangler::TunnelsOf tunnels;
    std::function<std::uint64_t(std::string_view)> missed;             ///< see strangler::LiveFacts
    std::function<std::uint64_t(std::string_view)> new_side_writes{};  ///< the same
    std::function<strangler::Unowned()> unowned;                       ///< the same
    strangler::TestersOf testers;                                      ///< the same
    strangler::FallbacksOf fallbacks{};                                ///< the same
    strangler::Preflight preflight;
    strangler::OperationsOf operations;     ///< of a rollout, see Server::judged_operations()
    strangler::JudgedSideOf judged_side{};  ///< the same, see Server::judged_side()
    strangler::PlanDesk::PlanOf plan_of;
    strangler::Stages::EpochOf epoch_of{};
    strangler::WorkVerdicts* work = nullptr;  ///< must outlive the plane; null: it has no modules
  };
  /// What is wrong with the store. Scheduler and telemetry must outlive the plane, and what the
  /// functions of the plan look at.
  static Result<std::unique_ptr<ControlPlane>> open(Plan plan, Scheduler& scheduler,
                                                    Telemetry& telemetry);
  ~ControlPlane();
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  strangler::Stages& stages() { return *stages_; }
  const strangler::Stages& stages() const { return *stages_; }
  strangler::ControlStore& store() const { return *store_; }
  strangler::AdminApi& admin() { return *admin_; }
  strangler::TrafficEvidence& evidence() { return evidence_; }
  strangler::Conductor& conductor() { return *conductor_; }
  UseRecorder& uses() { return *uses_; }

  /// From now on plans are walked, and what stands on both sides is noted in the store: what the
  /// functions of the plan look at is there.
  void conduct();
  void stop_conducting();

  /// From now on the last uses of operations are kept beside the store; until stop_recording().
  void record_uses(std::function<std::vector<retirement::UseCount>()> read);
  void stop_recording();

  /// Rollouts that a new configuration has. Those of the store that it lacks, though their traffic
  /// has moved, are logged: their stages have no effect any more. Errors of the store are logged; a
  /// rollout that could not be enlisted counts as legacy.
  void enlist(const std::vector<std::string>& rollouts);
  /// See strangler::ControlStore::note_table(). Errors of the store are logged.
  void note_table(const std::vector<strangler::TablePart>& table, const strangler::Reason& reason);

 private:
  void tell_what_nobody_goes_by(const std::vector<std::string>& rollouts) const;
  ControlPlane(std::unique_ptr<strangler::ControlStore> store, Scheduler& scheduler,
               Telemetry& telemetry);
  void complain(const Error& error) const;
  void tend();
  void note(const strangler::Conductor::Note& note) const;

  Scheduler& scheduler_;
  Telemetry& telemetry_;
  std::unique_ptr<strangler::ControlStore> store_;
  std::unique_ptr<strangler::Stages> stages_;
  std::unique_ptr<strangler::Switchboard> switchboard_;
  strangler::TrafficEvidence evidence_;
  std::unique_ptr<strangler::Witness> witness_;
  std::unique_ptr<Executor> askers_;  ///< of new sides, for the conductor
  std::unique_ptr<strangler::Conductor> conductor_;
  std::unique_ptr<strangler::AdminApi> admin_;
  std::unique_ptr<UseRecorder> uses_;
  std::string unwritable_;                      ///< as it was told; of the thread that tends
  std::unique_ptr<Scheduler::Handle> tending_;  ///< last: it looks at the others
};

}  // namespace banyan::serving
