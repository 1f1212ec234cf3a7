// SPDX-License-Identifier: Apache-2.0
#include "banyan/upstream/group.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace banyan::upstream {
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

Group::Group(GroupOptions options, const Clock& clock, const Group* before)
    : options_(std::move(options)), clock_(&clock) {
  if (options_.instances.empty()) {
    throw std::invalid_argument("upstream group " + options_.name + " has no instance");
  }
  const GroupRules& rules = options_.rules;
  for (const http::Endpoint& endpoint : options_.instances) {
    std::shared_ptr<Instance>& instance = instances_.emplace_back();
    if (before != nullptr) {
      const auto same = std::ranges::find_if(before->instances_, [&](const auto& each) {
        return each->endpoint == endpoint && each->rules == rules.health;
      });
      if (same != before->instances_.end()) instance = *same;
    }
    if (!instance) instance = std::make_shared<Instance>(endpoint, rules.health);
  }
  const GroupOptions* const old = before == nullptr ? nullptr : &before->options_;
  connections_ = old != nullptr && http::same(old->connections, options_.connections)
                     ? before->connections_
                     : std::make_shared<http::Upstreams>(options_.connections);
  if (rules.breaker) {
    breaker_ = old != nullptr && old->rules.breaker == rules.breaker
                   ? before->breaker_
                   : std::make_shared<CircuitBreaker>(*rules.breaker, clock);
  }
  retries_ = old != nullptr && old->rules.retries == rules.retries
                 ? before->retries_
                 : std::make_shared<RetryBudget>(rules.retries, clock);
  counters_ = before != nullptr ? before->counters_ : std::make_shared<Counters>();
}

InstanceState Group::Instance::state(SteadyTime now) const {
  return check.load(kRelaxed) == CheckState::Failing ? InstanceState::Ejected : window.state(now);
}

bool Group::Instance::well(SteadyTime now) const {
  return check.load(kRelaxed) != CheckState::Failing && window.admits(now);
}

/// One that is on trial is for a request whose outcome tells something.
bool Group::Instance::spares(SteadyTime now) const {
  return state(now) == InstanceState::Healthy && pause.is_over(now);
}

bool Group::Search::includes(const Instance& instance) const {
  switch (among) {
    case Among::Well: return instance.well(now);
    case Among::All: return true;
    case Among::Sparing: return instance.spares(now);
  }
  return true;
}

bool Group::claim_slot(Instance& instance, const Search& search) {
  const bool upload = search.body == Body::Comes;
  if (upload && !instance.uploads.enter(search.client, options_.rules.max_uploads())) return false;
  if (instance.in_flight.fetch_add(1, kRelaxed) < options_.rules.max_requests) return true;
  instance.in_flight.fetch_sub(1, kRelaxed);
  if (upload) instance.uploads.leave(search.client);
  return false;
}

/// Takes a place at the best one that is not full. `any`: whether there was one at all, full or
/// not.
std::optional<std::size_t> Group::choose(const Search& search, bool& any) {
  const std::size_t count = instances_.size();
  const bool least = options_.rules.balance == Balance::LeastLoaded;
  // Another thread may take the last place of the best one first: then the next best, and so on.
  for (std::size_t attempt = 0; attempt < count; ++attempt) {
    std::optional<std::size_t> best;
    std::uint32_t load = options_.rules.max_requests;
    for (std::size_t step = 0; step < count; ++step) {
      const std::size_t candidate = (search.first + step) % count;
      if (std::ranges::find(search.avoid, candidate) != search.avoid.end()) continue;
      const Instance& instance = *instances_[candidate];
      if (!search.includes(instance)) continue;
      any = true;
      const std::uint32_t here = instance.in_flight.load(kRelaxed);
      if (here >= load) continue;
      if (search.body == Body::Comes &&
          !instance.uploads.has_room(search.client, options_.rules.max_uploads())) {
        continue;
      }
      best = candidate;
      load = here;
      if (!least) break;
    }
    if (!best || claim_slot(*instances_[*best], search)) return best;
  }
  return std::nullopt;
}

std::optional<std::size_t> Group::pick(std::span<const std::size_t> avoid, Body body,
                                       std::string_view client) {
  if (avoid.size() >= instances_.size()) avoid = {};
  Search search{.first = next_.load(kRelaxed),
                .avoid = avoid,
                .body = body,
                .client = client,
                .now = clock_->steady(),
                .among = Among::Well};
  bool any = false;
  std::optional<std::size_t> chosen = choose(search, any);
  if (!any) {
    search.among = Among::All;
    chosen = choose(search, any);
  }
  if (!chosen) {
    counters_->refused.fetch_add(1, kRelaxed);
    return std::nullopt;
  }
  // Two loops at the same moment may choose the same one: that is as good.
  next_.store((*chosen + 1) % instances_.size(), kRelaxed);
  Instance& instance = *instances_[*chosen];
  instance.window.admit(search.now);
  instance.requests.fetch_add(1, kRelaxed);
  return chosen;
}

const http::Endpoint& Group::endpoint(std::size_t instance) const {
  return instances_[instance]->endpoint;
}

void Group::succeeded(std::size_t instance) {
  const SteadyTime now = clock_->steady();
  Instance& found = *instances_[instance];
  const auto turn = found.window.record(false, now);
  found.pause.succeeded();
  tell(found, turn, now);
}

void Group::failed(std::size_t instance) {
  const SteadyTime now = clock_->steady();
  Instance& found = *instances_[instance];
  const auto turn = found.window.record(true, now);
  found.failures.fetch_add(1, kRelaxed);
  tell(found, turn, now);
}

void Group::tell(const Instance& instance, HealthWindow::Turn turn, SteadyTime now) const {
  using Turn = HealthWindow::Turn;
  if (turn == Turn::None || !options_.changed) return;
  if (instance.check.load(kRelaxed) == CheckState::Failing) return;
  const bool healed = turn == Turn::Healed;
  const HealthWindow::Counts recent = instance.window.counts(now);
  options_.changed({.group = options_.name,
                    .instance = instance.endpoint,
                    .passing = healed,
                    .why = healed ? "it has answered a request"
                                  : std::to_string(recent.failures) + " of " +
                                        std::to_string(recent.requests) +
                                        " requests of the last ten seconds failed"});
}

void Group::forgo(std::size_t instance) { instances_[instance]->window.forgo(); }

void Group::uploaded(std::size_t instance, std::string_view client) {
  instances_[instance]->uploads.leave(client);
}

void Group::release(std::size_t instance) {
  instances_[instance]->in_flight.fetch_sub(1, kRelaxed);
}

std::expected<Group::Spare, Group::NoSpare> Group::pick_spare() {
  if (breaker_ && breaker_->report().state != CircuitBreaker::State::Closed) {
    return std::unexpected(NoSpare::Unwell);
  }
  const Search search{
      .first = next_.load(kRelaxed), .now = clock_->steady(), .among = Among::Sparing};
  bool any = false;
  const auto chosen = choose(search, any);
  if (!chosen && any) return std::unexpected(NoSpare::Full);
  if (!chosen) return std::unexpected(nobody_to_spare().value_or(NoSpare::Paused));
  Instance& instance = *instances_[*chosen];
  const auto attempt = instance.pause.admit(search.now);
  if (!attempt) {  // another one was let through in this moment
    release(*chosen);
    return std::unexpected(NoSpare::Paused);
  }
  next_.store((*chosen + 1) % instances_.size(), kRelaxed);
  instance.requests.fetch_add(1, kRelaxed);
  return Spare{*chosen, *attempt};
}

void Group::reached(const Spare& spare) { instances_[spare.instance]->pause.succeeded(); }

void Group::not_reached(const Spare& spare) {
  instances_[spare.instance]->pause.failed(spare.attempt, clock_->steady());
}

std::optional<Group::NoSpare> Group::nobody_to_spare() const {
  const SteadyTime now = clock_->steady();
  NoSpare why = NoSpare::Unwell;
  for (const auto& each : instances_) {
    if (each->state(now) != InstanceState::Healthy) continue;
    if (each->pause.is_over(now)) return std::nullopt;
    why = NoSpare::Paused;
  }
  return why;
}

bool Group::take_retry(double part) {
  const SteadyTime now = clock_->steady();
  std::uint64_t requests = 0;
  for (const auto& each : instances_) requests += each->window.counts(now).requests;
  return retries_->take(requests, part);
}

void Group::rerouted() { counters_->rerouted.fetch_add(1, kRelaxed); }

std::uint64_t Group::take_over_checks(std::size_t instance) {
  return instances_[instance]->checker.fetch_add(1) + 1;
}

bool Group::checks(std::size_t instance, std::uint64_t right) const {
  return instances_[instance]->checker.load() == right;
}

void Group::checked(std::size_t instance, std::uint64_t right, CheckState state) {
  if (!checks(instance, right)) return;
  Instance& found = *instances_[instance];
  const CheckState before = found.check.exchange(state, kRelaxed);
  if (state != CheckState::Passing || before != CheckState::Failing) return;
  found.window.heal();
  found.pause.succeeded();
}

void Group::forget_checks() {
  for (std::size_t i = 0; i < instances_.size(); ++i) {
    take_over_checks(i);
    instances_[i]->check.store(CheckState::None, kRelaxed);
  }
}

CheckState Group::check(std::size_t instance) const {
  return instances_[instance]->check.load(kRelaxed);
}

std::vector<Group::Status> Group::status() const {
  const SteadyTime now = clock_->steady();
  std::vector<Status> all;
  all.reserve(instances_.size());
  for (const auto& each : instances_) {
    all.push_back({.endpoint = each->endpoint,
                   .state = each->state(now),
                   .check = each->check.load(kRelaxed),
                   .last_seconds = each->window.counts(now),
                   .requests = each->requests.load(kRelaxed),
                   .failures = each->failures.load(kRelaxed),
                   .in_flight = each->in_flight.load(kRelaxed),
                   .spares_paused = each->pause.left(now)});
  }
  return all;
}

bool Group::healthy() const {
  const SteadyTime now = clock_->steady();
  return std::ranges::any_of(
      instances_, [&](const auto& each) { return each->state(now) == InstanceState::Healthy; });
}

std::uint64_t Group::refused() const { return counters_->refused.load(kRelaxed); }

Group::Report Group::report() const {
  Report report{.name = options_.name,
                .instances = status(),
                .refused_full = refused(),
                .breaker = std::nullopt,
                .retries = retries_->report(),
                .rerouted = counters_->rerouted.load(kRelaxed)};
  for (const Status& each : report.instances) report.in_flight += each.in_flight;
  if (breaker_) report.breaker = breaker_->report();
  return report;
}

}  // namespace banyan::upstream
