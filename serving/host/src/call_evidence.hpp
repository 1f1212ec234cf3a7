// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/host/composition.hpp"
#include "banyan/host/witnessed.hpp"
#include "banyan/promotion/conductor.hpp"
#include "banyan/promotion/traffic_evidence.hpp"
#include "banyan/serving/recent_seconds.hpp"
#include "banyan/stages/stages.hpp"

namespace banyan::host {

/// Calls between modules speak for or against the new side of a module as requests do: what pages,
/// other modules and the steps of sagas ask of it, by the operations and groups of its requests.
/// Safe for concurrent use, without a lock.
class CallEvidence final : public CallWitness {
 public:
  struct Parts {
    strangler::TrafficEvidence& evidence;
    const strangler::Stages& stages;
    strangler::Conductor& conductor;
  };
  /// What the parts refer to must outlive it.
  CallEvidence(const Parts& parts, const std::vector<ModuleEntry>& table);

  void ended(const Call& call) noexcept override;

  /// How many calls the module of this process was asked in the last ten seconds that its service
  /// might have been.
  std::uint64_t recent_here(std::string_view module, SteadyTime now) const;

 private:
  using Calls = serving::RecentSeconds<1>;

  struct Judged {
    std::string rollout;
    std::string name;  ///< as its requests have it
    strangler::OperationEvidence* evidence;
    Calls* here;
  };
  strangler::Group group_of(const Call& call) const;

  Parts parts_;
  std::map<std::string, Calls, std::less<>> here_;
  std::map<const Operation*, Judged> operations_;
};

}  // namespace banyan::host
