// SPDX-License-Identifier: Apache-2.0
#include "forwarding/instance_group.hpp"

#include <stdexcept>
#include <utility>

namespace banyan::strangler {

InstanceGroup::InstanceGroup(std::string name, std::vector<http::Endpoint> instances,
                             HealthRules rules, const Clock& clock)
    : name_(std::move(name)), clock_(&clock) {
  if (instances.empty())
    throw std::invalid_argument("upstream group " + name_ + " has no instance");
  instances_.reserve(instances.size());
  for (http::Endpoint& endpoint : instances) {
    instances_.push_back({std::move(endpoint), HealthWindow(rules), 0, 0});
  }
}

std::size_t InstanceGroup::pick(std::optional<std::size_t> avoid) {
  const SteadyTime now = clock_->steady();
  const std::lock_guard lock(mutex_);
  const std::size_t count = instances_.size();
  std::optional<std::size_t> panic;
  std::size_t chosen = count;
  for (std::size_t step = 0; step < count; ++step) {
    const std::size_t candidate = (next_ + step) % count;
    if (candidate == avoid && count > 1) continue;
    if (!panic) panic = candidate;
    if (!instances_[candidate].window.admits(now)) continue;
    chosen = candidate;
    break;
  }
  if (chosen == count) chosen = *panic;
  next_ = (chosen + 1) % count;
  instances_[chosen].window.admit(now);
  ++instances_[chosen].requests;
  return chosen;
}

const http::Endpoint& InstanceGroup::endpoint(std::size_t instance) const {
  return instances_[instance].endpoint;
}

void InstanceGroup::succeeded(std::size_t instance) {
  const SteadyTime now = clock_->steady();
  const std::lock_guard lock(mutex_);
  instances_[instance].window.record(false, now);
}

void InstanceGroup::failed(std::size_t instance) {
  const SteadyTime now = clock_->steady();
  const std::lock_guard lock(mutex_);
  instances_[instance].window.record(true, now);
  ++instances_[instance].failures;
}

void InstanceGroup::forgo(std::size_t instance) {
  const std::lock_guard lock(mutex_);
  instances_[instance].window.forgo();
}

std::vector<InstanceGroup::Status> InstanceGroup::status() const {
  const SteadyTime now = clock_->steady();
  const std::lock_guard lock(mutex_);
  std::vector<Status> all;
  all.reserve(instances_.size());
  for (const Instance& each : instances_) {
    all.push_back({each.endpoint, each.window.state(now), each.window.counts(now), each.requests,
                   each.failures});
  }
  return all;
}

bool InstanceGroup::healthy() const {
  const SteadyTime now = clock_->steady();
  const std::lock_guard lock(mutex_);
  for (const Instance& each : instances_) {
    if (each.window.state(now) != InstanceState::Ill) return true;
  }
  return false;
}

}  // namespace banyan::strangler
