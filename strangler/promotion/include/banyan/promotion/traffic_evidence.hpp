// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "banyan/promotion/recent_pairs.hpp"
#include "banyan/verdict/error_burst.hpp"
#include "banyan/verdict/window.hpp"

namespace banyan::strangler {

/// What is known of one operation of a rollout since the process began. Safe for concurrent use;
/// recording takes no lock and no memory.
class OperationEvidence {
 public:
  /// A request that counts: not one that its client gave up or sent in bad shape, and not one of a
  /// tester who was sent to a side by force. `took`: nothing where the time says nothing, as of a
  /// stream. True once: for the request with which failures of the new side have become a burst.
  bool record(Group group, Ending ending, std::optional<std::chrono::microseconds> took);
  /// An answer of the new side was compared with the old one's.
  void record_comparison(bool differs) { of(Group::New).record_comparison(differs); }
  /// What the last of these have come to, for who asks before anybody is on the new side. Unlike
  /// the counters it takes a lock, and it is no request that waits for it.
  RecentPairs& pairs() { return pairs_; }

  Window read(Group group) const { return groups_[static_cast<std::size_t>(group)].read(); }
  ErrorBurst& burst() { return burst_; }

 private:
  SideCounters& of(Group group) { return groups_[static_cast<std::size_t>(group)]; }

  std::array<SideCounters, 3> groups_;
  ErrorBurst burst_;
  RecentPairs pairs_;
};

/// The same of all operations of all rollouts. Safe for concurrent use.
class TrafficEvidence {
 public:
  /// The same object for the same names for as long as this lives. For when routes are built, not
  /// for each request.
  OperationEvidence& of(std::string_view rollout, std::string_view operation);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<OperationEvidence>> operations_;
};

}  // namespace banyan::strangler
