// SPDX-License-Identifier: Apache-2.0
#include "banyan/kernel/fallback.hpp"

#include <algorithm>
#include <memory>

namespace banyan {

void BroughtHome::add(std::string_view module) {
  const std::lock_guard lock(mutex_);
  if (std::ranges::find(modules_, module) == modules_.end()) modules_.emplace_back(module);
}

void BroughtHome::remove(std::string_view module) {
  const std::lock_guard lock(mutex_);
  std::erase(modules_, module);
}

bool BroughtHome::contains(std::string_view module) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(modules_, module) != modules_.end();
}

bool is_home(const Context& context, std::string_view module) {
  return context.brought_home != nullptr && context.brought_home->contains(module);
}

Context brought_home(const Context& context, std::string_view module) {
  Context home = context;
  for (RoutingDecision& each : home.routing) {
    if (each.module == module) each.side = Side::Local;
  }
  if (home.brought_home == nullptr) home.brought_home = std::make_shared<BroughtHome>();
  home.brought_home->add(module);
  return home;
}

}  // namespace banyan
