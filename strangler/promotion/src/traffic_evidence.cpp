// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/traffic_evidence.hpp"

namespace banyan::strangler {

bool OperationEvidence::record(Group group, Ending ending,
                               std::optional<std::chrono::microseconds> took) {
  if (took) {
    of(group).record(ending, *took);
  } else {
    of(group).record(ending);
  }
  return group == Group::New && burst_.record(ending != Ending::Good);
}

OperationEvidence& TrafficEvidence::of(std::string_view rollout, std::string_view operation) {
  const std::lock_guard lock(mutex_);
  auto& evidence = operations_[{std::string(rollout), std::string(operation)}];
  if (!evidence) evidence = std::make_unique<OperationEvidence>();
  return *evidence;
}

}  // namespace banyan::strangler
