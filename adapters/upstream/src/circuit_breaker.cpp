// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/circuit_breaker.hpp"

namespace banyan::upstream {

CircuitBreaker::CircuitBreaker(BreakerRules rules, const Clock& clock)
    : rules_(rules), clock_(&clock) {}

CircuitBreaker::Permit CircuitBreaker::enter() {
  const std::lock_guard lock(mutex_);
  if (state_ != State::Closed && !lets_probe_through(clock_->steady())) {
    ++refused_;
    return {false, era_, 0};
  }
  return {true, era_, probe_};
}

bool CircuitBreaker::lets_probe_through(SteadyTime now) {
  if (state_ == State::Open) {
    if (now < open_until_) return false;
    state_ = State::HalfOpen;
    ++era_;
    probing_ = false;
    probe_successes_ = 0;
  }
  // Whoever uploads for hours must not keep all the others out as long.
  if (probing_ && now < probe_until_) return false;
  probing_ = true;
  ++probe_;
  probe_until_ = now + rules_.open_for;
  return true;
}

void CircuitBreaker::succeeded(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  if (!permit.granted || permit.era != era_) return;
  if (state_ == State::Closed) {
    ++bucket_now().calls;
    return;
  }
  leave(permit);
  if (++probe_successes_ < rules_.probes) return;
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
  if (calls >= rules_.min_calls && failures >= rules_.failure_ratio * calls) open();
}

void CircuitBreaker::abandoned(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  if (permit.granted && permit.era == era_) leave(permit);
}

void CircuitBreaker::leave(const Permit& permit) {
  if (permit.probe == probe_) probing_ = false;
}

CircuitBreaker::Report CircuitBreaker::report() const {
  const std::lock_guard lock(mutex_);
  return {state_, sum(&Bucket::calls), sum(&Bucket::failures), opened_, refused_};
}

void CircuitBreaker::open() {
  state_ = State::Open;
  ++era_;
  ++opened_;
  open_until_ = clock_->steady() + rules_.open_for;
}

std::int64_t CircuitBreaker::slot_now() const {
  const auto width = std::chrono::nanoseconds(rules_.window) / std::int64_t{kBuckets};
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

}  // namespace banyan::upstream
