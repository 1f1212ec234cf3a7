// SPDX-License-Identifier: Apache-2.0
#include "banyan/telemetry/call_statistics.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>

namespace banyan::telemetry {
namespace {

constexpr std::size_t kFoldedTold = 10;

}  // namespace

double LatencyHistogram::bound_seconds(std::size_t bucket) {
  return std::ldexp(2e-6, static_cast<int>(bucket));
}

void LatencyHistogram::record(std::chrono::nanoseconds took) {
  const auto nanos = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
  const std::uint64_t micros = nanos / 1000;
  // bit_width(0..1) <= 1 is bucket 0 (below 2 µs), each further bit is the next bucket.
  const auto width = static_cast<std::size_t>(std::bit_width(micros | 1U));
  const std::size_t bucket = std::min(width - 1, kBuckets - 1);
  buckets_.at(bucket).fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(nanos, std::memory_order_relaxed);
}

LatencyHistogram::Reading LatencyHistogram::read() const {
  Reading reading;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    reading.buckets.at(i) = buckets_.at(i).load(std::memory_order_relaxed);
    reading.count += reading.buckets.at(i);
  }
  reading.sum_seconds = static_cast<double>(sum_nanos_.load(std::memory_order_relaxed)) * 1e-9;
  return reading;
}

double LatencyHistogram::Reading::quantile(double share) const {
  if (count == 0) return 0;
  const double wanted = share * static_cast<double>(count);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets.at(i);
    if (static_cast<double>(seen) >= wanted) return bound_seconds(i);
  }
  return bound_seconds(kBuckets - 1);
}

std::shared_ptr<CallCounter> CallStatistics::counter(std::string_view module,
                                                     std::string_view operation,
                                                     std::string_view way) {
  const View key{module, operation, way};
  {
    const std::shared_lock lock(mutex_);
    if (const auto found = counters_.find(key); found != counters_.end()) return found->second;
  }
  const std::unique_lock lock(mutex_);
  Key owned{std::string(module), std::string(operation), std::string(way)};
  if (counters_.size() >= kMostKeys) {
    ++folded_;
    const bool is_new = std::ranges::find(first_folded_, owned) == first_folded_.end();
    if (is_new && first_folded_.size() < kFoldedTold) first_folded_.push_back(owned);
    owned = {"other", "other", "other"};
  }
  auto& counter = counters_[std::move(owned)];
  if (!counter) counter = std::make_shared<CallCounter>();
  return counter;
}

void CallStatistics::record(std::string_view module, std::string_view operation,
                            std::string_view way, bool failed, std::chrono::nanoseconds took,
                            std::optional<Timestamp> over) {
  counter(module, operation, way)->record(failed, took, over);
}

void CallStatistics::forget_if(const std::function<bool(const Key&)>& gone) {
  const std::unique_lock lock(mutex_);
  if (std::erase_if(counters_, [&](const auto& row) { return gone(row.first); }) > 0) {
    first_folded_.clear();
  }
}

std::vector<CallStatistics::Key> CallStatistics::first_folded() const {
  const std::shared_lock lock(mutex_);
  return first_folded_;
}

std::uint64_t CallStatistics::folded() const {
  const std::shared_lock lock(mutex_);
  return folded_;
}

std::vector<CallStatistics::Row> CallStatistics::read() const {
  const std::shared_lock lock(mutex_);
  std::vector<Row> rows;
  rows.reserve(counters_.size());
  for (const auto& [key, counter] : counters_) {
    rows.push_back(
        {key, counter->failures_.load(std::memory_order_relaxed), counter->latency_.read()});
    const std::int64_t over = counter->last_over_.load(std::memory_order_relaxed);
    if (over != 0) rows.back().last_over = Timestamp{over};
  }
  return rows;
}

}  // namespace banyan::telemetry
