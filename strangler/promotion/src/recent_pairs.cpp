// SPDX-License-Identifier: Apache-2.0
#include "banyan/promotion/recent_pairs.hpp"

namespace banyan::strangler {

void RecentPairs::add(bool differs, Timestamp now, const std::shared_ptr<const void>& by) {
  const std::lock_guard lock(mutex_);
  if (by_.owner_before(by) || by.owner_before(by_)) {
    pairs_.clear();
    by_ = by;
  }
  pairs_.push_back({now, differs});
  if (pairs_.size() > kMost) pairs_.pop_front();
}

statistics::Tally RecentPairs::since(Timestamp begin) const {
  const std::lock_guard lock(mutex_);
  if (by_.expired()) return {};
  statistics::Tally tally;
  for (const Pair& each : pairs_) {
    if (each.at < begin) continue;
    tally += {each.differs ? 1U : 0U, 1};
  }
  return tally;
}

}  // namespace banyan::strangler
