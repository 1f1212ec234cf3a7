// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/upload_places.hpp"

namespace banyan::upstream {

bool UploadPlaces::admits(std::string_view client, std::uint32_t most) const {
  if (taken_ >= most) return false;
  const auto found = held_.find(client);
  return found == held_.end() || found->second < most - taken_;
}

bool UploadPlaces::has_room(std::string_view client, std::uint32_t most) const {
  const std::lock_guard lock(mutex_);
  return admits(client, most);
}

bool UploadPlaces::enter(std::string_view client, std::uint32_t most) {
  const std::lock_guard lock(mutex_);
  if (!admits(client, most)) return false;
  if (!client.empty()) ++held_[std::string(client)];
  ++taken_;
  return true;
}

void UploadPlaces::leave(std::string_view client) {
  const std::lock_guard lock(mutex_);
  --taken_;
  const auto found = held_.find(client);
  if (found != held_.end() && --found->second == 0) held_.erase(found);
}

}  // namespace banyan::upstream
