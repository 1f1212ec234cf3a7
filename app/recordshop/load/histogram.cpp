// SPDX-License-Identifier: Apache-2.0
#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace recordshop::load {
namespace {

constexpr unsigned kBits = 6;  // 64 buckets for each doubling

std::size_t bucket_of(std::uint64_t value) {
  if (value < (1ULL << kBits)) return value;
  const auto doublings = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
  return (static_cast<std::size_t>(doublings) << kBits) + (value >> doublings);
}

/// The largest value that is in the bucket.
std::uint64_t top_of(std::size_t bucket) {
  if (bucket < (1ULL << (kBits + 1))) return bucket;
  const std::size_t doublings = (bucket >> kBits) - 1;
  const std::uint64_t begin = bucket - (doublings << kBits);
  return ((begin + 1) << doublings) - 1;
}

}  // namespace

void Histogram::record(std::chrono::microseconds duration) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0));
  const std::size_t bucket = bucket_of(value);
  if (buckets_.size() <= bucket) buckets_.resize(bucket + 1);
  ++buckets_[bucket];
  ++count_;
  longest_ = std::max(longest_, value);
}

void Histogram::merge(const Histogram& other) {
  if (buckets_.size() < other.buckets_.size()) buckets_.resize(other.buckets_.size());
  for (std::size_t i = 0; i < other.buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  longest_ = std::max(longest_, other.longest_);
}

Histogram Histogram::since(const Histogram& before) const {
  Histogram rest = *this;
  for (std::size_t i = 0; i < before.buckets_.size(); ++i) rest.buckets_[i] -= before.buckets_[i];
  rest.count_ -= before.count_;
  while (!rest.buckets_.empty() && rest.buckets_.back() == 0) rest.buckets_.pop_back();
  // Which it was is not known any more, only its bucket.
  rest.longest_ = rest.buckets_.empty() ? 0 : std::min(top_of(rest.buckets_.size() - 1), longest_);
  return rest;
}

std::chrono::microseconds Histogram::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && seen >= wanted) {
      return std::chrono::microseconds(std::min(top_of(i), longest_));
    }
  }
  return {};
}

}  // namespace recordshop::load
