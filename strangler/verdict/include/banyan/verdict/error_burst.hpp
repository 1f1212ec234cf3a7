// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

#include "banyan/statistics/evidence.hpp"

namespace banyan::strangler {

/// Trips when the new side of an operation fails again and again, in the very request that shows
/// it: no tick is waited for. Every failure adds to a sum and every success takes away from it, by
/// statistics::BurstRule (CUSUM); whoever recorded the request that brings it over the threshold is
/// told. Safe for concurrent use, without a lock; a success while all is well is one load.
class ErrorBurst {
 public:
  /// Until set() is called: for an operation of which nothing is known, and that usually fails in
  /// one of a hundred requests.
  ErrorBurst() { set(statistics::BurstRule::of(0.01, 1e8, 0.001)); }

  void set(const statistics::BurstRule& rule);

  /// True once: for the request that trips it.
  bool record(bool failed);
  bool tripped() const { return tripped_.load(std::memory_order_acquire); }
  /// The failures by which it has tripped, of the last so many requests: since the first of them.
  /// Two that are recorded in the same moment may be counted as one. Nothing before it trips.
  statistics::Tally tripped_by() const;
  /// From the beginning, as after a roll-back.
  void reset();

 private:
  // Millionths of a natural unit of evidence.
  std::atomic<std::int64_t> failure_{0};
  std::atomic<std::int64_t> success_{0};
  std::atomic<std::int64_t> threshold_{0};
  std::atomic<std::int64_t> sum_{0};
  std::atomic<std::uint64_t> run_{0};  ///< since the sum was zero: failures << 32 | requests
  std::atomic<std::uint64_t> tripped_by_{0};
  std::atomic<bool> tripped_{false};
};

}  // namespace banyan::strangler
