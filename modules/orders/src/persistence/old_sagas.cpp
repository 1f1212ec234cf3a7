// SPDX-License-Identifier: Apache-2.0
#include "persistence/old_sagas.hpp"

#include "banyan/sql/session.hpp"

namespace orders {
namespace {

using Text = std::string;

// That version's longest wait.
constexpr std::chrono::seconds kLongest{10};

}  // namespace

std::vector<OrderId> OldSagas::idle(const banyan::LeaseTime& now, std::int64_t limit) {
  std::vector<OrderId> ids;
  for (auto& [id] : session_.all<OrderId>(
           "SELECT order_id FROM order_sagas WHERE status = 'stuck' OR (status = 'active'"
           " AND (clock_of <> :clock OR waits_until <= :now OR waits_until > :furthest))"
           " ORDER BY order_id LIMIT :limit",
           now.clock, now.micros, now.after(kLongest).micros, limit)) {
    ids.push_back(std::move(id));
  }
  return ids;
}

std::optional<OldSaga> OldSagas::take(const OrderId& id, const banyan::LeaseTime& now,
                                      bool idle_only) {
  auto row = session_.one<Text, Text, Text, std::int64_t, std::optional<Text>, Text, Text>(
      "SELECT goal, status, clock_of, waits_until, problem, correlation_id, traceparent"
      " FROM order_sagas WHERE order_id = :id AND status IN ('active', 'stuck')",
      id);
  if (!row) return std::nullopt;
  auto& [goal, status, clock, until, problem, correlation, traceparent] = *row;
  const bool stuck = status == "stuck";
  if (idle_only && !stuck && !banyan::LeaseTime{clock, until}.is_over(now, kLongest)) {
    return std::nullopt;
  }
  session_.run("UPDATE order_sagas SET status = 'done', leased_to = '' WHERE order_id = :id", id);
  const auto reserved = session_.value<Text>(
      "SELECT state FROM order_saga_steps WHERE order_id = :id AND position = 0", id);
  return OldSaga{.cancelling = goal == "cancel",
                 .stuck = stuck,
                 .reserved = reserved == "done",
                 .problem = std::move(problem),
                 .correlation_id = std::move(correlation),
                 .traceparent = std::move(traceparent)};
}

std::optional<banyan::SagaInstance> OldSagas::shown(const OrderId& id) {
  auto row = session_.one<Text, Text, std::optional<Text>>(
      "SELECT goal, status, problem FROM order_sagas WHERE order_id = :id", id);
  if (!row) return std::nullopt;
  auto& [goal, status, problem] = *row;
  banyan::SagaRecord saga;
  saga.subject = id.str();
  saga.status = banyan::SagaStatus::Done;
  if (status == "active") saga.status = banyan::SagaStatus::Active;
  if (status == "stuck") saga.status = banyan::SagaStatus::Stuck;
  if (goal == "cancel") saga.phase = banyan::SagaPhase::Back;
  saga.problem = std::move(problem);
  return banyan::SagaInstance(std::move(saga));
}

}  // namespace orders
