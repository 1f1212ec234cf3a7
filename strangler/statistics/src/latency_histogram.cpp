// SPDX-License-Identifier: Apache-2.0
#include "banyan/statistics/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace banyan::statistics {
namespace {

constexpr int kFirstOctave = 4;  // 16 µs
constexpr int kBits = 3;         // eight in an octave

}  // namespace

std::size_t LatencyBuckets::of(std::chrono::microseconds time) {
  if (time.count() < (1 << kFirstOctave)) return 0;
  const auto micros = static_cast<std::uint64_t>(time.count());
  const int octave = static_cast<int>(std::bit_width(micros)) - 1;
  const auto part = static_cast<std::size_t>(micros >> (octave - kBits)) & (kPerOctave - 1);
  const std::size_t bucket =
      1 + static_cast<std::size_t>(octave - kFirstOctave) * kPerOctave + part;
  return std::min(bucket, kCount - 1);
}

std::chrono::microseconds LatencyBuckets::end(std::size_t bucket) {
  if (bucket == 0) return std::chrono::microseconds(1 << kFirstOctave);
  const std::size_t octave = (bucket - 1) / kPerOctave;
  const std::size_t part = (bucket - 1) % kPerOctave;
  const auto eighth = std::int64_t{1} << (octave + kFirstOctave - kBits);
  return std::chrono::microseconds(eighth * static_cast<std::int64_t>(kPerOctave + part + 1));
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& more) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += more.counts_[i];
  total_ += more.total_;
  return *this;
}

LatencyHistogram LatencyHistogram::since(const LatencyHistogram& before) const {
  LatencyHistogram fresh;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    fresh.add_to(i, counts_[i] - std::min(counts_[i], before.counts_[i]));
  }
  return fresh;
}

std::uint64_t LatencyHistogram::above(std::size_t bucket) const {
  std::uint64_t count = 0;
  for (std::size_t i = bucket + 1; i < counts_.size(); ++i) count += counts_[i];
  return count;
}

std::size_t LatencyHistogram::bucket_of_quantile(double quantile) const {
  if (total_ == 0) return 0;
  const auto rank = static_cast<std::uint64_t>(
      std::ceil(std::clamp(quantile, 0.0, 1.0) * static_cast<double>(total_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= std::max<std::uint64_t>(rank, 1)) return i;
  }
  return counts_.size() - 1;
}

}  // namespace banyan::statistics
