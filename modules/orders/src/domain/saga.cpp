// SPDX-License-Identifier: Apache-2.0
#include "domain/saga.hpp"

#include <algorithm>

namespace orders {
namespace {

using banyan::LeaseTime;
using banyan::Result;
using banyan::Timestamp;
using std::chrono::microseconds;

constexpr std::size_t kReserve = 0;
constexpr std::size_t kConfirm = 1;

microseconds backoff(std::int64_t attempts, const SagaPolicy& policy, std::uint64_t jitter) {
  constexpr std::int64_t kMostDoublings = 30;
  const microseconds first = policy.first_backoff;
  const microseconds longest = policy.longest_backoff;
  const auto factor = std::int64_t{1} << std::min(attempts - 1, kMostDoublings);
  const microseconds wait = first > longest / factor ? longest : first * factor;
  // Up to a quarter less, so that what failed together does not come back together.
  return wait - microseconds(static_cast<std::int64_t>(
                    jitter % static_cast<std::uint64_t>(wait.count() / 4 + 1)));
}

/// The warehouse has the last word on whether an order is sold.
Result<void> confirm_from_anywhere(Order& order, Timestamp now) {
  if (order.data().state == OrderState::Placed) {
    if (Result<void> reserved = order.reserve(now); !reserved) return reserved;
  }
  return order.confirm(now);
}

}  // namespace

Saga Saga::begin(const OrderId& order, std::string correlation_id) {
  const std::string prefix = "saga:" + order.str() + ':';
  Data data;
  data.steps = {{Action::ReserveStock, Action::ReleaseReservation, prefix + "reserve"},
                {Action::ConfirmReservation, std::nullopt, prefix + "confirm"}};
  data.correlation_id = std::move(correlation_id);
  return Saga(std::move(data));
}

Saga Saga::done() {
  Data data;
  data.status = Status::Done;
  return Saga(std::move(data));
}

std::optional<Saga::Call> Saga::next() const {
  if (data_.status != Status::Active) return std::nullopt;
  if (data_.goal == Goal::Cancel) {
    // Also when nothing seems to be held: a request to hold may have got through unanswered.
    return Call{Action::ReleaseReservation, data_.steps.at(kReserve).key + ":undo"};
  }
  for (const Step& step : data_.steps) {
    if (step.state == StepState::Pending) return Call{step.action, step.key};
  }
  return std::nullopt;
}

void Saga::take(const Attempt& attempt, Order& order, const Moment& moment,
                const SagaPolicy& policy, std::uint64_t jitter) {
  const Timestamp now = moment.time;
  if (attempt.outcome == Outcome::NoAnswer) {
    return failed(attempt.problem, moment.lease, policy, jitter);
  }
  if (attempt.outcome == Outcome::GivenUp && data_.goal == Goal::Cancel) return;

  Result<void> legal;
  if (attempt.action == Action::ReserveStock && attempt.outcome == Outcome::Done) {
    data_.steps.at(kReserve).state = StepState::Done;
    data_.attempts = 0;
    data_.problem.reset();
    legal = order.reserve(now);
  } else if (attempt.action == Action::ReserveStock && attempt.outcome == Outcome::OutOfStock) {
    data_.steps.at(kReserve).state = StepState::Refused;
    legal = order.cancel(CancelReason::OutOfStock, now);
    finish(Status::Done);
    data_.problem = attempt.problem;
  } else if (attempt.action == Action::ConfirmReservation && attempt.outcome == Outcome::Done) {
    data_.steps.at(kConfirm).state = StepState::Done;
    legal = confirm_from_anywhere(order, now);
    finish(Status::Done);
  } else if (attempt.action == Action::ReleaseReservation && attempt.outcome == Outcome::Done) {
    data_.steps.at(kReserve).state = StepState::Undone;
    legal = order.cancel(CancelReason::ByCustomer, now);
    finish(Status::Done);
  } else if (attempt.action == Action::ReleaseReservation && attempt.outcome == Outcome::Sold) {
    for (Step& step : data_.steps) step.state = StepState::Done;
    legal = confirm_from_anywhere(order, now);
    finish(Status::Done);
  } else {
    return stuck(attempt.problem);
  }
  if (!legal) stuck(legal.error().message);
}

void Saga::turn_back() {
  data_.goal = Goal::Cancel;
  data_.status = Status::Active;
  data_.attempts = 0;
  data_.problem.reset();
  if (data_.leased_to.empty()) data_.waits_until = {};
}

void Saga::resume() {
  if (data_.status != Status::Stuck) return;
  data_.status = Status::Active;
  data_.attempts = 0;
  data_.waits_until = {};
}

bool Saga::due(const LeaseTime& now, const SagaPolicy& policy) const {
  return data_.status == Status::Active && data_.waits_until.is_over(now, policy.longest_wait());
}

bool Saga::lease(const std::string& holder, const LeaseTime& now, const SagaPolicy& policy) {
  if (data_.status != Status::Active) return false;
  const bool is_free = data_.leased_to.empty() || data_.leased_to == holder;
  if (!is_free && !due(now, policy)) return false;
  data_.leased_to = holder;
  data_.waits_until = now.after(policy.lease);
  return true;
}

void Saga::failed(const std::string& problem, const LeaseTime& now, const SagaPolicy& policy,
                  std::uint64_t jitter) {
  ++data_.attempts;
  if (data_.attempts >= policy.max_attempts) {
    return stuck("given up after " + std::to_string(data_.attempts) + " attempts: " + problem);
  }
  data_.problem = problem;
  data_.waits_until = now.after(backoff(data_.attempts, policy, jitter));
  data_.leased_to.clear();
}

void Saga::finish(Status status) {
  data_.status = status;
  data_.attempts = 0;
  data_.problem.reset();
  data_.leased_to.clear();
}

void Saga::stuck(std::string problem) {
  data_.status = Status::Stuck;
  data_.problem = std::move(problem);
  data_.leased_to.clear();
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::ReserveStock: return "reserve_stock";
    case Action::ConfirmReservation: return "confirm_reservation";
    case Action::ReleaseReservation: return "release_reservation";
  }
  return "";
}

}  // namespace orders
