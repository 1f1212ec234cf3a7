// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include "banyan/stages/percent.hpp"
#include "banyan/statistics/exact_test.hpp"
#include "banyan/statistics/latency_histogram.hpp"

namespace banyan::strangler {

/// Who answered. The control group is a part of the old side: as many users as the new side has,
/// picked by the same hash and for as long a time, so that both have seen the same of caches and of
/// the day.
enum class Group : std::uint8_t { New, Control, Old };

/// The group of a sticky bucket: the new side has those below the share, the control group as many
/// from the other end, which grow and shrink like it. Beyond half of the users the control group is
/// all of the old side.
Group group_of(std::uint32_t bucket, Percent share);

/// How a request ended.
enum class Ending : std::uint8_t {
  Good,
  Failed,    ///< the side answered with a failure of its own, or not at all
  TimedOut,  ///< it did not answer in time
  FellBack,  ///< another one answered in its place: its failure, whatever the user saw
};

/// What one operation did on one side in some time; also the events that a consumer handled.
struct Window {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t fallbacks = 0;
  std::uint64_t compared = 0;     ///< pairs of answers, see ComparisonCollector
  std::uint64_t differences = 0;  ///< of these, those that differ in more than noise
  statistics::LatencyHistogram latency;

  void add(Ending ending, std::chrono::microseconds took);
  std::uint64_t failures() const { return errors + timeouts + fallbacks; }
  statistics::Tally failed() const { return {failures(), requests}; }
  Window& operator+=(const Window& more);
  friend bool operator==(const Window&, const Window&) = default;
  /// What came since an earlier reading of the same counters.
  Window since(const Window& before) const;

  /// A consumer of events, by the same measures: what it failed with is an error, and how long
  /// after its publication an event was handled is its latency.
  static Window of_consumer(std::uint64_t handled, std::uint64_t failed,
                            const statistics::LatencyHistogram& lag);
};

/// The counters of one operation and group since the process began. Safe for concurrent use,
/// without a lock: a request that is recorded during a reading is in this one or in the next.
class SideCounters {
 public:
  void record(Ending ending, std::chrono::microseconds took);
  /// Of one whose time says nothing, such as a stream.
  void record(Ending ending);
  void record_comparison(bool differs);
  Window read() const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  std::array<Counter, 4> endings_{};
  Counter compared_{0};
  Counter differences_{0};
  std::array<Counter, statistics::LatencyBuckets::kCount> latency_{};
};

}  // namespace banyan::strangler
