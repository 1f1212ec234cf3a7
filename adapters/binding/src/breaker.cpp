// SPDX-License-Identifier: Apache-2.0
#include "binding/breaker.hpp"

namespace banyan::binding {

CircuitBreaker::CircuitBreaker(BreakerOptions options, const Clock& clock)
    : options_(options), clock_(&clock) {}

CircuitBreaker::Permit CircuitBreaker::enter() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::Open && clock_->steady() >= open_until_) {
    state_ = State::HalfOpen;
    ++era_;
    probing_ = false;
    probe_successes_ = 0;
  }
  if (state_ == State::Open || (state_ == State::HalfOpen && probing_)) return {false, era_};
  probing_ = state_ == State::HalfOpen;
  return {true, era_};
}

void CircuitBreaker::succeeded(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  if (!permit.granted || permit.era != era_) return;
  if (state_ == State::Closed) {
    ++bucket_now().calls;
    return;
  }
  probing_ = false;
  if (++probe_successes_ < options_.probes) return;
  state_ = State::Closed;
  ++era_;
  buckets_ = {};
}

void CircuitBreaker::failed(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  if (!permit.granted || permit.era != era_) return;
  if (state_ == State::HalfOpen) {
    open();
    return;
  }
  Bucket& bucket = bucket_now();
  ++bucket.calls;
  ++bucket.failures;
  const std::uint32_t calls = sum(&Bucket::calls);
  const std::uint32_t failures = sum(&Bucket::failures);
  if (calls >= options_.min_calls && failures >= options_.failure_ratio * calls) open();
}

void CircuitBreaker::abandoned(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  if (permit.granted && permit.era == era_) probing_ = false;
}

CircuitBreaker::Report CircuitBreaker::report() const {
  const std::lock_guard lock(mutex_);
  return {state_, sum(&Bucket::calls), sum(&Bucket::failures), opened_};
}

void CircuitBreaker::open() {
  state_ = State::Open;
  ++era_;
  ++opened_;
  open_until_ = clock_->steady() + options_.open_for;
}

std::int64_t CircuitBreaker::slot_now() const {
  const auto width = std::chrono::nanoseconds(options_.window) / std::int64_t{kBuckets};
  return clock_->steady().time_since_epoch() / width;
}

CircuitBreaker::Bucket& CircuitBreaker::bucket_now() {
  const std::int64_t slot = slot_now();
  Bucket& bucket = buckets_[static_cast<std::size_t>(slot) % kBuckets];
  if (bucket.slot != slot) bucket = {slot, 0, 0};
  return bucket;
}

std::uint32_t CircuitBreaker::sum(std::uint32_t Bucket::* count) const {
  const std::int64_t oldest = slot_now() - std::int64_t{kBuckets};
  std::uint32_t total = 0;
  for (const Bucket& bucket : buckets_) {
    if (bucket.slot > oldest) total += bucket.*count;
  }
  return total;
}

}  // namespace banyan::binding
