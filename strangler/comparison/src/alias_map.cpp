// SPDX-License-Identifier: Apache-2.0
#include "banyan/comparison/alias_map.hpp"

namespace banyan::strangler {
namespace {

template <class Ids>
std::optional<std::string_view> look_up(const Ids& ids, std::string_view id) {
  const auto found = ids.find(id);
  if (found == ids.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<std::string_view> AliasMap::new_of(std::string_view old_id) const {
  return look_up(to_new_, old_id);
}

std::optional<std::string_view> AliasMap::old_of(std::string_view new_id) const {
  return look_up(to_old_, new_id);
}

bool AliasMap::known(std::string_view old_id, std::string_view new_id) const {
  return new_of(old_id) == new_id;
}

bool AliasMap::contradicts(std::string_view old_id, std::string_view new_id) const {
  const auto other_new = new_of(old_id);
  const auto other_old = old_of(new_id);
  return (other_new && *other_new != new_id) || (other_old && *other_old != old_id);
}

void AliasMap::add(std::string_view old_id, std::string_view new_id) {
  if (most_ == 0 || known(old_id, new_id) || contradicts(old_id, new_id)) return;
  if (order_.size() == most_) {
    const auto oldest = to_new_.find(order_.front());
    to_old_.erase(oldest->second);
    to_new_.erase(oldest);
    order_.pop_front();
    ++forgotten_;
  }
  to_new_.emplace(old_id, new_id);
  to_old_.emplace(new_id, old_id);
  order_.emplace_back(old_id);
}

void AliasMap::add(const std::vector<std::pair<std::string, std::string>>& pairs) {
  for (const auto& [old_id, new_id] : pairs) add(old_id, new_id);
}

SessionAliases::Sessions::iterator SessionAliases::touch(std::string_view session) {
  if (const auto found = by_name_.find(session); found != by_name_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
    return recent_.begin();
  }
  if (recent_.size() >= most_ && !recent_.empty()) {
    by_name_.erase(recent_.back().first);
    recent_.pop_back();
  }
  recent_.emplace_front(std::string(session), AliasMap(ids_));
  by_name_.emplace(std::string(session), recent_.begin());
  return recent_.begin();
}

AliasMap SessionAliases::of(std::string_view session) {
  const std::lock_guard lock(mutex_);
  if (!by_name_.contains(session)) return AliasMap(ids_);
  return touch(session)->second;
}

void SessionAliases::learn(std::string_view session,
                           const std::vector<std::pair<std::string, std::string>>& pairs) {
  if (session.empty() || pairs.empty()) return;
  const std::lock_guard lock(mutex_);
  touch(session)->second.add(pairs);
}

std::size_t SessionAliases::size() const {
  const std::lock_guard lock(mutex_);
  return recent_.size();
}

}  // namespace banyan::strangler
