// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "banyan/kernel/clock.hpp"

namespace banyan::upstream {

struct BreakerRules {
  std::chrono::milliseconds window{10'000};  ///< what "lately" means
  std::uint32_t min_calls = 10;              ///< fewer calls in the window never open it
  double failure_ratio = 0.5;                ///< from this share of failures on it opens
  /// Then it lets a probe through, and another when that one has not come back in this time.
  std::chrono::milliseconds open_for{5'000};
  std::uint32_t probes = 2;  ///< successes in a row that close it again
  friend bool operator==(const BreakerRules&, const BreakerRules&) = default;
};

/// Stops asking a dependency that does not answer, so that callers fail at once and the other side
/// can recover. Closed: requests go through and are counted. Open: none goes through. Half-open:
/// one probe at a time; when one has not come back after `open_for`, the next is let through, and
/// the late one still counts. It judges requests, not attempts: one that found its answer at
/// the third instance is a success. Safe for concurrent use.
class CircuitBreaker {
 public:
  enum class State : std::uint8_t { Closed, Open, HalfOpen };

  /// `clock` must outlive the breaker.
  CircuitBreaker(BreakerRules rules, const Clock& clock);

  /// A request that was let through; tell its outcome exactly once. An outcome from before the last
  /// change of state is ignored.
  struct Permit {
    bool granted = false;
    std::uint64_t era = 0;
    std::uint64_t probe = 0;  ///< its number, half-open
  };
  Permit enter();
  void succeeded(const Permit& permit);
  void failed(const Permit& permit);
  /// Neither: the request was not made, or says nothing about the other side.
  void abandoned(const Permit& permit);

  struct Report {
    State state = State::Closed;
    std::uint32_t calls = 0;     ///< in the window
    std::uint32_t failures = 0;  ///< of those
    std::uint64_t opened = 0;    ///< how often since the start
    std::uint64_t refused = 0;   ///< requests that were not let through, since the start
  };
  Report report() const;

 private:
  static constexpr std::size_t kBuckets = 10;
  struct Bucket {
    std::int64_t slot = -1;
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
  };

  Bucket& bucket_now();
  std::uint32_t sum(std::uint32_t Bucket::* count) const;
  std::int64_t slot_now() const;
  void open();
  /// While it is not closed.
  bool lets_probe_through(SteadyTime now);
  /// Lets the next probe through, unless another one is under way by now.
  void leave(const Permit& permit);

  const BreakerRules rules_;
  const Clock* clock_;
  mutable std::mutex mutex_;
  State state_ = State::Closed;
  std::uint64_t era_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t refused_ = 0;
  SteadyTime open_until_{};
  bool probing_ = false;
  std::uint64_t probe_ = 0;   ///< the number of the last one
  SteadyTime probe_until_{};  ///< then the next one has its place
  std::uint32_t probe_successes_ = 0;
  std::array<Bucket, kBuckets> buckets_{};
};

constexpr std::string_view to_string(CircuitBreaker::State state) {
  switch (state) {
    case CircuitBreaker::State::Closed: return "closed";
    case CircuitBreaker::State::Open: return "open";
    case CircuitBreaker::State::HalfOpen: return "half_open";
  }
  return "closed";
}

}  // namespace banyan::upstream
