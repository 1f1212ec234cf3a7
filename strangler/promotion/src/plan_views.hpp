// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/promotion/conductor.hpp"

namespace banyan::strangler {

/// What the last round has found, for whoever looks at it. Safe for concurrent use.
class PlanViews {
 public:
  void show(const std::string& module, Conductor::View view) {
    const std::lock_guard lock(mutex_);
    views_[module] = std::move(view);
  }
  /// An empty one of a rollout whose plan does not move.
  Conductor::View of(std::string_view module) const {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(module);
    return found == views_.end() ? Conductor::View{} : found->second;
  }
  void keep_only(const std::set<std::string>& moving) {
    const std::lock_guard lock(mutex_);
    std::erase_if(views_, [&](const auto& view) { return !moving.contains(view.first); });
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Conductor::View, std::less<>> views_;  ///< by the name of the rollout
};

}  // namespace banyan::strangler
