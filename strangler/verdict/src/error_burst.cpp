// SPDX-License-Identifier: Apache-2.0
#include "banyan/verdict/error_burst.hpp"

#include <algorithm>
#include <cmath>

namespace banyan::strangler {
namespace {

constexpr std::uint64_t kFailure = std::uint64_t{1} << 32;

std::int64_t millionths(double value) { return std::llround(value * 1e6); }

}  // namespace

void ErrorBurst::set(const statistics::BurstRule& rule) {
  failure_ = millionths(rule.failure);
  success_ = millionths(rule.success);
  threshold_ = millionths(rule.threshold);
}

bool ErrorBurst::record(bool failed) {
  std::int64_t sum = sum_.load(std::memory_order_relaxed);
  if (!failed && sum == 0) return false;
  const std::int64_t step =
      failed ? failure_.load(std::memory_order_relaxed) : -success_.load(std::memory_order_relaxed);
  std::int64_t after = std::max<std::int64_t>(0, sum + step);
  while (!sum_.compare_exchange_weak(sum, after, std::memory_order_relaxed)) {
    after = std::max<std::int64_t>(0, sum + step);
  }
  if (after == 0) {
    run_.store(0, std::memory_order_relaxed);
    return false;
  }
  const std::uint64_t one = failed ? kFailure | 1 : 1;
  const std::uint64_t run = run_.fetch_add(one, std::memory_order_relaxed) + one;
  if (after < threshold_.load(std::memory_order_relaxed) || tripped()) return false;
  tripped_by_.store(run, std::memory_order_relaxed);
  return !tripped_.exchange(true, std::memory_order_acq_rel);
}

statistics::Tally ErrorBurst::tripped_by() const {
  if (!tripped()) return {};
  const std::uint64_t run = tripped_by_.load(std::memory_order_relaxed);
  return {.hits = run >> 32, .of = run & (kFailure - 1)};
}

void ErrorBurst::reset() {
  sum_ = 0;
  run_ = 0;
  tripped_by_ = 0;
  tripped_ = false;
}

}  // namespace banyan::strangler
