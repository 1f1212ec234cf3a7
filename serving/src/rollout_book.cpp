// SPDX-License-Identifier: Apache-2.0
#include "rollout_book.hpp"

namespace banyan::serving {

std::string_view to_string(NoFallback reason) {
  switch (reason) {
    case NoFallback::Data: return "data";
    case NoFallback::Unsafe: return "unsafe";
    case NoFallback::Budget: return "budget";
    case NoFallback::Started: return "body";
  }
  return "unsafe";
}

std::string_view to_string(NotForced reason) {
  switch (reason) {
    case NotForced::Proof: return "proof";
    case NotForced::Word: return "word";
    case NotForced::Stage: return "stage";
    case NotForced::Writes: return "writes";
  }
  return "proof";
}

std::shared_ptr<RolloutFigures> RolloutBook::of(std::string_view rollout) {
  const std::lock_guard lock(mutex_);
  const auto found = rollouts_.find(rollout);
  if (found != rollouts_.end()) return found->second;
  return rollouts_[std::string(rollout)] = std::make_shared<RolloutFigures>(rollout, clock_);
}

std::vector<std::shared_ptr<RolloutFigures>> RolloutBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<RolloutFigures>> all;
  for (const auto& [name, figures] : rollouts_) all.push_back(figures);
  return all;
}

}  // namespace banyan::serving
