// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace banyan::statistics {

/// The buckets of a histogram of times: eight in each power of two, so that the ends of one are at
/// most 12.5 % apart. From 16 µs, below which all is one bucket, to about half an hour.
struct LatencyBuckets {
  static constexpr std::size_t kPerOctave = 8;
  static constexpr std::size_t kOctaves = 27;
  static constexpr std::size_t kCount = 1 + kOctaves * kPerOctave;

  static std::size_t of(std::chrono::microseconds time);
  /// What is in the bucket took less than this.
  static std::chrono::microseconds end(std::size_t bucket);
};

/// How many times fell into each bucket.
class LatencyHistogram {
 public:
  void add(std::chrono::microseconds time, std::uint64_t times = 1) {
    add_to(LatencyBuckets::of(time), times);
  }
  void add_to(std::size_t bucket, std::uint64_t times) {
    counts_[bucket] += times;
    total_ += times;
  }
  LatencyHistogram& operator+=(const LatencyHistogram& more);
  /// What came since `before`, an earlier reading of the same.
  LatencyHistogram since(const LatencyHistogram& before) const;

  std::uint64_t total() const { return total_; }
  std::uint64_t in(std::size_t bucket) const { return counts_[bucket]; }
  std::uint64_t above(std::size_t bucket) const;
  /// The bucket of that quantile, 0 … 1; the first one when there is nothing.
  std::size_t bucket_of_quantile(double quantile) const;
  std::chrono::microseconds quantile(double quantile) const {
    return total_ == 0 ? std::chrono::microseconds(0)
                       : LatencyBuckets::end(bucket_of_quantile(quantile));
  }
  friend bool operator==(const LatencyHistogram&, const LatencyHistogram&) = default;

 private:
  std::array<std::uint64_t, LatencyBuckets::kCount> counts_{};
  std::uint64_t total_ = 0;
};

}  // namespace banyan::statistics
