// SPDX-License-Identifier: Apache-2.0
#include "forwarding/instance_group.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace banyan::strangler {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

std::string_view to_string(CheckState state) {
  switch (state) {
    case CheckState::None: return "none";
    case CheckState::Passing: return "passing";
    case CheckState::Failing: return "failing";
  }
  return "none";
}

InstanceGroup::InstanceGroup(std::string name, std::vector<http::Endpoint> instances,
                             GroupRules rules, const Clock& clock)
    : name_(std::move(name)), rules_(rules), clock_(&clock) {
  if (instances.empty())
    throw std::invalid_argument("upstream group " + name_ + " has no instance");
  for (http::Endpoint& endpoint : instances) {
    instances_.emplace_back(std::move(endpoint), rules.health);
  }
}

InstanceState InstanceGroup::Instance::state(SteadyTime now) const {
  return check.load(kRelaxed) == CheckState::Failing ? InstanceState::Ill : window.state(now);
}

bool InstanceGroup::Instance::well(SteadyTime now) const {
  return check.load(kRelaxed) != CheckState::Failing && window.admits(now);
}

bool InstanceGroup::seat(Instance& instance) {
  if (instance.in_flight.fetch_add(1, kRelaxed) < rules_.max_requests) return true;
  instance.in_flight.fetch_sub(1, kRelaxed);
  return false;
}

/// Takes a place at the best one that is not full. `any`: whether there was one at all, full or
/// not.
std::optional<std::size_t> InstanceGroup::choose(const Search& search, bool& any) {
  const std::size_t count = instances_.size();
  const bool least = rules_.balance == Balance::LeastLoaded;
  // Another thread may take the last place of the best one first: then the next best, and so on.
  for (std::size_t attempt = 0; attempt < count; ++attempt) {
    std::optional<std::size_t> best;
    std::uint32_t load = rules_.max_requests;
    for (std::size_t step = 0; step < count; ++step) {
      const std::size_t candidate = (search.first + step) % count;
      if (candidate == search.avoid && count > 1) continue;
      const Instance& instance = instances_[candidate];
      if (!search.panic && !instance.well(search.now)) continue;
      any = true;
      const std::uint32_t here = instance.in_flight.load(kRelaxed);
      if (here >= load) continue;
      best = candidate;
      load = here;
      if (!least) break;
    }
    if (!best || seat(instances_[*best])) return best;
  }
  return std::nullopt;
}

std::optional<std::size_t> InstanceGroup::pick(std::optional<std::size_t> avoid) {
  Search search{.first = next_.load(kRelaxed), .avoid = avoid, .now = clock_->steady()};
  bool any = false;
  std::optional<std::size_t> chosen = choose(search, any);
  if (!any) {
    search.panic = true;
    chosen = choose(search, any);
  }
  if (!chosen) {
    refused_.fetch_add(1, kRelaxed);
    return std::nullopt;
  }
  // Two loops at the same moment may choose the same one: that is as good.
  next_.store((*chosen + 1) % instances_.size(), kRelaxed);
  Instance& instance = instances_[*chosen];
  instance.window.admit(search.now);
  instance.requests.fetch_add(1, kRelaxed);
  return chosen;
}

const http::Endpoint& InstanceGroup::endpoint(std::size_t instance) const {
  return instances_[instance].endpoint;
}

void InstanceGroup::succeeded(std::size_t instance) {
  instances_[instance].window.record(false, clock_->steady());
}

void InstanceGroup::failed(std::size_t instance) {
  instances_[instance].window.record(true, clock_->steady());
  instances_[instance].failures.fetch_add(1, kRelaxed);
}

void InstanceGroup::forgo(std::size_t instance) { instances_[instance].window.forgo(); }

void InstanceGroup::release(std::size_t instance) {
  instances_[instance].in_flight.fetch_sub(1, kRelaxed);
}

void InstanceGroup::checked(std::size_t instance, CheckState state) {
  Instance& found = instances_[instance];
  const CheckState before = found.check.exchange(state, kRelaxed);
  if (state == CheckState::Passing && before == CheckState::Failing) found.window.heal();
}

std::vector<InstanceGroup::Status> InstanceGroup::status() const {
  const SteadyTime now = clock_->steady();
  std::vector<Status> all;
  all.reserve(instances_.size());
  for (const Instance& each : instances_) {
    all.push_back({.endpoint = each.endpoint,
                   .state = each.state(now),
                   .check = each.check.load(kRelaxed),
                   .last_seconds = each.window.counts(now),
                   .requests = each.requests.load(kRelaxed),
                   .failures = each.failures.load(kRelaxed),
                   .in_flight = each.in_flight.load(kRelaxed)});
  }
  return all;
}

bool InstanceGroup::healthy() const {
  const SteadyTime now = clock_->steady();
  return std::ranges::any_of(
      instances_, [&](const Instance& each) { return each.state(now) != InstanceState::Ill; });
}

}  // namespace banyan::strangler
