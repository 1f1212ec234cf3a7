// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>

#include "banyan/kernel/clock.hpp"
#include "banyan/statistics/exact_test.hpp"

namespace banyan::strangler {

/// What the last comparisons of one operation have come to, by the rules that are in force: what a
/// new side is like now, and not what it was like before it was mended. Safe for concurrent use.
class RecentPairs {
 public:
  static constexpr std::size_t kMost = 128;

  /// Two answers were compared. `by`: what says when they differ, the rules and what is known to be
  /// noise; what another one has said is forgotten.
  void add(bool differs, Timestamp now, const std::shared_ptr<const void>& by);

  /// How many differ of the last kMost, those left out that were compared before `begin`. None,
  /// where what has said so is gone: other rules are in force, or it was noise.
  statistics::Tally since(Timestamp begin) const;

 private:
  struct Pair {
    Timestamp at;
    bool differs;
  };
  mutable std::mutex mutex_;
  std::deque<Pair> pairs_;  ///< oldest first
  std::weak_ptr<const void> by_;
};

}  // namespace banyan::strangler
