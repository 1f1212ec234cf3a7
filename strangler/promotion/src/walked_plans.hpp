// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "banyan/promotion/conductor.hpp"
#include "banyan/stages/control_store.hpp"
#include "trip.hpp"
#include "walked_plan.hpp"

namespace banyan::strangler {

/// All plans that move. Of the thread that ticks.
class WalkedPlans {
 public:
  /// The parts must outlive it.
  explicit WalkedPlans(const Conductor::Parts& parts) : parts_(parts) {}

  /// What the store has, with what is known here of the time since it was written. A plan that was
  /// begun anew has no evidence yet, and neither have operations that nobody knew of before. Null
  /// when it does not move.
  WalkedPlan* of(const StoredPlan& stored);
  void leave_out_what_nobody_saw();
  void keep_only(const std::set<std::string>& moving);
  /// A trip for a rollout that no plan moves is for nobody to act on.
  void take(const TrippedOperations::Names& tripped);

  const std::map<std::string, WalkedPlan>& all() const { return all_; }

 private:
  std::vector<JudgedOperation> judged(const std::string& module, const Plan& plan) const;

  const Conductor::Parts& parts_;
  std::map<std::string, WalkedPlan> all_;  ///< by the name of the rollout
};

}  // namespace banyan::strangler
