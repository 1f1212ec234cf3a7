// SPDX-License-Identifier: Apache-2.0
#include "banyan/shadowing/held_back.hpp"

#include <algorithm>
#include <utility>

#include "banyan/http/target_path.hpp"

namespace banyan::strangler {

void HeldBack::add(std::string_view field) {
  requests_.fetch_add(1, std::memory_order_relaxed);
  // Whoever comes while another one writes leaves the name to the next.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || fields_.size() >= kMost || field.size() > kLongest) return;
  std::string name(field);
  std::ranges::transform(name, name.begin(), http::folded);
  fields_.insert(std::move(name));
}

std::set<std::string> HeldBack::fields() const {
  const std::lock_guard lock(mutex_);
  return fields_;
}

}  // namespace banyan::strangler
