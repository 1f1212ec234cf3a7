// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "kernel/clock.hpp"

namespace banyan::strangler {

/// When an instance is taken for ill, from nothing but the requests that it is sent anyway.
struct HealthRules {
  std::uint32_t consecutive_failures = 5;  ///< in a row, without a success between
  double failure_share = 0.5;              ///< of the requests in the window …
  std::uint32_t least_requests = 20;       ///< … when there were at least so many
  std::chrono::milliseconds rest{5'000};   ///< an ill instance is left alone this long, then tried
};

enum class InstanceState : std::uint8_t {
  Healthy,
  Ill,      ///< left alone until its rest is over
  OnTrial,  ///< the rest is over: one request at a time until one succeeds
};
std::string_view to_string(InstanceState state);

/// Successes and failures of one instance over the last ten seconds, and what follows from them.
/// No I/O, no clock of its own, not safe for concurrent use.
class HealthWindow {
 public:
  static constexpr std::size_t kSeconds = 10;

  explicit HealthWindow(HealthRules rules = {}) : rules_(rules) {}

  void record(bool failed, SteadyTime now);

  /// May a request be sent there now? On trial, only while no other is under way.
  bool admits(SteadyTime now) const;
  /// A request is sent there: on trial, the next one waits for this one's record() or forgo().
  void admit(SteadyTime now);
  /// A request that was admitted ended without saying anything about the instance.
  void forgo() { trying_ = false; }

  InstanceState state(SteadyTime now) const;

  struct Counts {
    std::uint64_t requests = 0;
    std::uint64_t failures = 0;
  };
  /// Of the last ten seconds.
  Counts counts(SteadyTime now) const;

 private:
  struct Second {
    std::int64_t number = -1;
    Counts counts;
  };
  static std::int64_t second_of(SteadyTime time);
  void fall_ill(SteadyTime now);

  HealthRules rules_;
  std::array<Second, kSeconds> seconds_{};
  std::uint32_t failures_in_a_row_ = 0;
  bool ill_ = false;
  bool trying_ = false;
  SteadyTime ill_since_{};
};

}  // namespace banyan::strangler
