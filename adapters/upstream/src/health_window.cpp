// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/health_window.hpp"

#include <algorithm>

namespace banyan::upstream {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

/// A second in one word: its number (or 0 for "no second"), its requests, its failures.
constexpr unsigned kCountBits = 20;
constexpr std::uint64_t kCountMask = (1U << kCountBits) - 1;
constexpr std::uint64_t kNumberMask = (1U << (64 - 2 * kCountBits)) - 1;

/// Wraps after half a year; what is older than ten seconds is of no interest long before.
std::uint64_t number_of(SteadyTime time) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(seconds) % kNumberMask + 1;
}

struct Second {
  std::uint64_t number = 0;
  HealthWindow::Counts counts;

  static Second from(std::uint64_t word) {
    return {word >> (2 * kCountBits), {(word >> kCountBits) & kCountMask, word & kCountMask}};
  }
  std::uint64_t word() const {
    return number << (2 * kCountBits) | std::min(counts.requests, kCountMask) << kCountBits |
           std::min(counts.failures, kCountMask);
  }
};

}  // namespace

std::string_view to_string(InstanceState state) {
  switch (state) {
    case InstanceState::Healthy: return "healthy";
    case InstanceState::Ejected: return "ejected";
    case InstanceState::HalfOpen: return "half_open";
  }
  return "healthy";
}

void HealthWindow::count(bool failed, SteadyTime now) {
  const std::uint64_t number = number_of(now);
  std::atomic<std::uint64_t>& place = seconds_[number % kSeconds];
  std::uint64_t before = place.load(kRelaxed);
  Second second;
  do {
    second = Second::from(before);
    if (second.number != number) second = {number, {}};
    ++second.counts.requests;
    second.counts.failures += failed ? 1 : 0;
  } while (!place.compare_exchange_weak(before, second.word(), kRelaxed));
}

HealthWindow::Turn HealthWindow::record(bool failed, SteadyTime now) {
  count(failed, now);
  stop_trying();
  if (!failed) {
    if (failures_in_a_row_.load(kRelaxed) != 0) failures_in_a_row_.store(0, kRelaxed);
    // A late success of a request that was sent before that proves nothing about now.
    const bool on_trial = state(now) == InstanceState::HalfOpen;
    return on_trial && recover() ? Turn::Healed : Turn::None;
  }
  const std::uint32_t in_a_row = failures_in_a_row_.fetch_add(1, kRelaxed) + 1;
  const InstanceState known = state(now);
  if (known == InstanceState::HalfOpen) eject(now);
  if (known != InstanceState::Healthy) return Turn::None;
  const Counts recent = counts(now);
  const bool many = recent.requests >= rules_.least_requests &&
                    static_cast<double>(recent.failures) >=
                        rules_.failure_share * static_cast<double>(recent.requests);
  const bool enough = many || in_a_row >= rules_.consecutive_failures;
  return enough && eject(now) ? Turn::Ejected : Turn::None;
}

void HealthWindow::stop_trying() {
  if (tried_at_.load(kRelaxed) != kNever) tried_at_.store(kNever, kRelaxed);
}

bool HealthWindow::eject(SteadyTime now) {
  return ejected_at_.exchange(now.time_since_epoch().count(), kRelaxed) == kNever;
}

bool HealthWindow::recover() {
  failures_in_a_row_.store(0, kRelaxed);
  for (std::atomic<std::uint64_t>& second : seconds_) second.store(0, kRelaxed);
  return ejected_at_.exchange(kNever, kRelaxed) != kNever;
}

bool HealthWindow::admits(SteadyTime now) const {
  switch (state(now)) {
    case InstanceState::Healthy: return true;
    case InstanceState::Ejected: return false;
    case InstanceState::HalfOpen: return rested(tried_at_.load(kRelaxed), now);
  }
  return true;
}

void HealthWindow::admit(SteadyTime now) {
  if (state(now) != InstanceState::HalfOpen) return;
  tried_at_.store(now.time_since_epoch().count(), kRelaxed);
}

InstanceState HealthWindow::state(SteadyTime now) const {
  const std::int64_t since = ejected_at_.load(kRelaxed);
  if (since == kNever) return InstanceState::Healthy;
  return rested(since, now) ? InstanceState::HalfOpen : InstanceState::Ejected;
}

bool HealthWindow::rested(std::int64_t since, SteadyTime now) const {
  return since == kNever || now - SteadyTime(SteadyTime::duration(since)) >= rules_.rest;
}

HealthWindow::Counts HealthWindow::counts(SteadyTime now) const {
  const std::uint64_t number = number_of(now);
  Counts sum;
  for (const std::atomic<std::uint64_t>& word : seconds_) {
    const Second second = Second::from(word.load(kRelaxed));
    if (second.number == 0 || number - second.number >= kSeconds) continue;
    sum.requests += second.counts.requests;
    sum.failures += second.counts.failures;
  }
  return sum;
}

}  // namespace banyan::upstream
