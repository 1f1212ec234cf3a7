// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "banyan/kernel/clock.hpp"

namespace banyan::upstream {

/// When an instance is ejected, from nothing but the requests that it is sent anyway.
struct HealthRules {
  std::uint32_t consecutive_failures = 5;  ///< in a row, without a success between
  double failure_share = 0.5;              ///< of the requests in the window …
  std::uint32_t least_requests = 20;       ///< … when there were at least so many
  /// An ejected instance gets nothing for this long; then one request, and another one when that
  /// has not ended within this time.
  std::chrono::milliseconds rest{5'000};
  friend bool operator==(const HealthRules&, const HealthRules&) = default;
};

enum class InstanceState : std::uint8_t {
  Healthy,
  Ejected,   ///< gets nothing until `rest` is over
  HalfOpen,  ///< `rest` is over: one request at a time until one succeeds
};
std::string_view to_string(InstanceState state);

/// Successes and failures of one instance over the last ten seconds, and what follows from them.
/// No I/O, no clock of its own. Safe for concurrent use, without a lock: readings of two threads in
/// the same moment may each see the other's or not.
class HealthWindow {
 public:
  static constexpr std::size_t kSeconds = 10;

  explicit HealthWindow(HealthRules rules = {}) : rules_(rules) {}

  /// What an outcome has made of the instance.
  enum class Turn : std::uint8_t {
    None,
    Ejected,  ///< it was healthy until then
    Healed,   ///< it is healthy again; a trial that fails is no turn
  };
  Turn record(bool failed, SteadyTime now);

  /// May a request be sent there now? Half-open: only while no other is under way, unless that one
  /// has been for longer than `rest`, since an upload may take hours.
  bool admits(SteadyTime now) const;
  /// A request is sent there. Half-open: the next one is admitted after this one's record() or
  /// forgo().
  void admit(SteadyTime now);
  /// A request that was admitted ended without saying anything about the instance.
  void forgo() { stop_trying(); }
  /// The instance is healthy again, by its health check.
  void heal() { recover(); }

  InstanceState state(SteadyTime now) const;

  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
  };
  /// Of the last ten seconds.
  Counts counts(SteadyTime now) const;

 private:
  static constexpr std::int64_t kNever = INT64_MIN;
  void count(bool failed, SteadyTime now);
  /// Whether it was healthy until then.
  bool eject(SteadyTime now);
  /// Whether it was not.
  bool recover();
  void stop_trying();
  /// A rest is over since then.
  bool rested(std::int64_t since, SteadyTime now) const;

  HealthRules rules_;
  /// Each second with its number, requests and failures in one word, so that they change together.
  std::array<std::atomic<std::uint64_t>, kSeconds> seconds_{};
  std::atomic<std::uint32_t> failures_in_a_row_{0};
  std::atomic<std::int64_t> ejected_at_{kNever};
  std::atomic<std::int64_t> tried_at_{kNever};  ///< the trial under way began
};

}  // namespace banyan::upstream
