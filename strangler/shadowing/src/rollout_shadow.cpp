// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/rollout_shadow.hpp"

namespace banyan::strangler {

bool copies_at(const Traffic& traffic, bool declared) {
  if (traffic.stage == TrafficStage::Shadow) return true;
  return declared && traffic.stage == TrafficStage::Canary && traffic.writes == Side::Local;
}

CopySampler& RolloutShadow::sampler(std::string_view operation) {
  const std::lock_guard lock(mutex_);
  const auto found = samplers_.find(operation);
  return found != samplers_.end() ? found->second : samplers_[std::string(operation)];
}

std::shared_ptr<Findings> RolloutShadow::findings(const ComparisonPlan& plan, bool clear) {
  const std::lock_guard lock(mutex_);
  if (!findings_ || !findings_->is_by(plan, clear)) {
    findings_ = std::make_shared<Findings>(plan, clear);
  }
  return findings_;
}

std::shared_ptr<Findings> RolloutShadow::findings() const {
  const std::lock_guard lock(mutex_);
  return findings_;
}

}  // namespace banyan::strangler
