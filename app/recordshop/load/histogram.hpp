// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace recordshop::load {

/// Durations in buckets that grow with them, as HdrHistogram has them: from a microsecond up, what
/// percentile() says is at most 1/64 too long. About 2,000 buckets reach beyond an hour.
/// Not for concurrent use.
class Histogram {
 public:
  void record(std::chrono::microseconds duration);
  void merge(const Histogram& other);
  /// What was recorded after `before`, which is how this one was earlier.
  Histogram since(const Histogram& before) const;

  std::uint64_t count() const { return count_; }
  std::chrono::microseconds longest() const { return std::chrono::microseconds(longest_); }
  /// The shortest time within which a `share` (0 … 1) of all ended; 0 without any.
  std::chrono::microseconds percentile(double share) const;

 private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::uint64_t longest_ = 0;
};

}  // namespace recordshop::load
