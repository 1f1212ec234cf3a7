// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "banyan/kernel/clock.hpp"

namespace banyan::telemetry {

/// How long something takes, in buckets that double: 2 µs, 4 µs, … 16 s and more. Cumulative from
/// the start of the process; whoever wants a rate subtracts two readings.
class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = 24;
  /// The upper bound of a bucket in seconds; the last one has none.
  static double bound_seconds(std::size_t bucket);

  void record(std::chrono::nanoseconds took);

  struct Reading {
    std::array<std::uint64_t, kBuckets> buckets{};
    std::uint64_t count = 0;
    double sum_seconds = 0;
    /// The bound under which the given share of all values lies, in seconds; 0 without values.
    double quantile(double share) const;
  };
  Reading read() const;

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_nanos_{0};
};

/// One row of CallStatistics. Safe for concurrent use.
class CallCounter {
 public:
  /// `over`: when it was; nothing, where nobody asks when the last one was.
  void record(bool failed, std::chrono::nanoseconds took,
              std::optional<Timestamp> over = std::nullopt) {
    if (over) last_over_.store(over->micros, std::memory_order_relaxed);
    if (failed) failures_.fetch_add(1, std::memory_order_relaxed);
    latency_.record(took);
  }

 private:
  friend class CallStatistics;
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::int64_t> last_over_{0};  ///< 0: nobody has said
  LatencyHistogram latency_;
};

/// Counts and times everything that has a module, an operation and a way it was done ("binding" for
/// port calls, side for requests at the edge). Recording takes no lock that a reader holds long.
/// Safe for concurrent use.
class CallStatistics {
 public:
  struct Key {
    std::string module;
    std::string operation;
    std::string way;
    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    Key key;
    std::uint64_t failures = 0;
    LatencyHistogram::Reading latency;
    /// When the last one was over. May be ahead of what is counted here by one that is being
    /// recorded, or behind it; the next reading has both.
    std::optional<Timestamp> last_over{};
  };

  void record(std::string_view module, std::string_view operation, std::string_view way,
              bool failed, std::chrono::nanoseconds took,
              std::optional<Timestamp> over = std::nullopt);

  /// What record() counts in, for who records the same often.
  std::shared_ptr<CallCounter> counter(std::string_view module, std::string_view operation,
                                       std::string_view way);

  /// Takes away the rows of which `gone` says so: what is counted in them from now on is not seen.
  void forget_if(const std::function<bool(const Key&)>& gone);

  /// How often a new key found no room and was counted as "other".
  std::uint64_t folded() const;
  /// The first of those keys, since rows were taken away last: some to go by.
  std::vector<Key> first_folded() const;

  /// In the order of the keys.
  std::vector<Row> read() const;

  /// More different keys than this are counted together as "other": a client must not be able to
  /// fill the memory by inventing names.
  static constexpr std::size_t kMostKeys = 2'000;

 private:
  using View = std::tuple<std::string_view, std::string_view, std::string_view>;
  struct Less {
    using is_transparent = void;
    static View view(const Key& key) { return {key.module, key.operation, key.way}; }
    static View view(const View& key) { return key; }
    bool operator()(const auto& left, const auto& right) const { return view(left) < view(right); }
  };
  mutable std::shared_mutex mutex_;
  std::map<Key, std::shared_ptr<CallCounter>, Less> counters_;
  std::uint64_t folded_ = 0;
  std::vector<Key> first_folded_;
};

}  // namespace banyan::telemetry
