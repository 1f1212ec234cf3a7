// SPDX-License-Identifier: Apache-2.0
#include "persistence/soci_orders.hpp"

#include "application/details.hpp"
#include "persistence/columns.hpp"
#include "persistence/order_history.hpp"
#include "persistence/order_rows.hpp"
#include "sql/module_database.hpp"

namespace orders {
namespace {

using banyan::LeaseTime;
using banyan::Timestamp;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Text = std::string;

class SociOrders final : public OrdersWriting {
 public:
  explicit SociOrders(Session& session) : session_(session), history_(session) {}

  std::optional<Case> find(const OrderId& id) override {
    auto row = session_.one<CustomerId, OrderState, std::optional<CancelReason>, std::int64_t, Text,
                            Timestamp, Timestamp>(
        "SELECT customer_id, state, cancel_reason, total_minor, currency, placed_at, changed_at"
        " FROM orders WHERE id = :id",
        id);
    if (!row) return std::nullopt;
    auto& [customer, state, reason, total, currency, placed_at, changed_at] = *row;
    Order::Data order{
        id,        std::move(customer), state, reason, lines_of(id, currency), {total, currency},
        placed_at, changed_at};
    return Case{Order::stored(std::move(order)), saga_of(id)};
  }

  std::optional<OrderId> placed_before_ledger(const Text& key) override {
    return session_.value<OrderId>("SELECT order_id FROM order_keys WHERE key = :key", key);
  }

  std::optional<OrderId> newest() override {
    return session_.value<OrderId>("SELECT id FROM orders ORDER BY id DESC LIMIT 1");
  }

  std::vector<OrderSummary> page(const std::optional<CustomerId>& customer, const Text& before,
                                 std::int64_t limit) override {
    if (customer && before.empty()) {
      return summaries("WHERE orders.customer_id = :customer ORDER BY orders.id DESC LIMIT :limit",
                       *customer, limit);
    }
    if (customer) {
      return summaries(
          "WHERE orders.customer_id = :customer AND orders.id < :before"
          " ORDER BY orders.id DESC LIMIT :limit",
          *customer, before, limit);
    }
    if (before.empty()) return summaries("ORDER BY orders.id DESC LIMIT :limit", limit);
    return summaries("WHERE orders.id < :before ORDER BY orders.id DESC LIMIT :limit", before,
                     limit);
  }

  // As LeaseTime::is_over() says. Times of other clocks are of nobody who still waits: first.
  std::vector<OrderId> due(const LeaseTime& now, std::chrono::microseconds longest,
                           std::int64_t limit) override {
    std::vector<OrderId> ids;
    for (auto& [id] : session_.all<OrderId>(
             "SELECT order_id FROM order_sagas WHERE status = 'active'"
             " AND (clock_of <> :clock OR waits_until <= :now OR waits_until > :furthest)"
             " ORDER BY CASE WHEN clock_of = :clock THEN 1 ELSE 0 END, waits_until, order_id"
             " LIMIT :limit",
             now.clock, now.micros, now.after(longest).micros, limit)) {
      ids.push_back(std::move(id));
    }
    return ids;
  }

  std::vector<HistoryEntry> history(const OrderId& id) override { return history_.of(id); }

  void add(const Case& added) override {
    const Order::Data& order = added.order.data();
    if (!insert_order(session_, order)) {
      throw banyan::sql::Fault(banyan::sql::FaultKind::Misuse,
                               "orders: there is an order " + order.id.str() + " already");
    }
    const Saga::Data& saga = added.saga.data();
    // next_attempt_at and leased_until are of the version before: see 0002_expand_lease_clock.sql.
    session_.run(
        "INSERT INTO order_sagas (order_id, goal, status, attempts, next_attempt_at, leased_to,"
        " leased_until, clock_of, waits_until, problem, correlation_id) VALUES (:order, :goal,"
        " :status, :attempts, 0, :leased_to, 0, :clock, :until, :problem, :correlation)",
        order.id, saga.goal, saga.status, saga.attempts, saga.leased_to, saga.waits_until.clock,
        saga.waits_until.micros, saga.problem, saga.correlation_id);
    std::int64_t position = 0;
    for (const Saga::Step& step : saga.steps) {
      session_.run(
          "INSERT INTO order_saga_steps (order_id, position, action, compensation, key, state)"
          " VALUES (:order, :position, :action, :compensation, :key, :state)",
          order.id, position++, step.action, step.compensation, step.key, step.state);
    }
  }

  void save(const Case& changed) override {
    const Order::Data& order = changed.order.data();
    session_.run(
        "UPDATE orders SET state = :state, cancel_reason = :reason, changed_at = :changed"
        " WHERE id = :id",
        order.state, order.cancel_reason, order.changed_at, order.id);
    const Saga::Data& saga = changed.saga.data();
    session_.run(
        "UPDATE order_sagas SET goal = :goal, status = :status, attempts = :attempts,"
        " leased_to = :leased_to, clock_of = :clock, waits_until = :until, problem = :problem"
        " WHERE order_id = :order",
        saga.goal, saga.status, saga.attempts, saga.leased_to, saga.waits_until.clock,
        saga.waits_until.micros, saga.problem, order.id);
    std::int64_t position = 0;
    for (const Saga::Step& step : saga.steps) {
      session_.run(
          "UPDATE order_saga_steps SET state = :state"
          " WHERE order_id = :order AND position = :position AND state <> :state",
          step.state, order.id, position++);
    }
  }

  void journal(const OrderId& id, OrderState state, Timestamp at) override {
    history_.write(id, state, at);
  }

 private:
  std::vector<OrderLine> lines_of(const OrderId& id, const Text& currency) {
    std::vector<OrderLine> lines;
    for (auto& [track, title, quantity, price] :
         session_.all<TrackId, Text, std::int64_t, std::int64_t>(
             "SELECT track_id, title, quantity, unit_price_minor FROM order_lines"
             " WHERE order_id = :id ORDER BY position",
             id)) {
      lines.push_back({std::move(track), std::move(title), quantity, {price, currency}});
    }
    return lines;
  }

  Saga saga_of(const OrderId& id) {
    auto row = session_.one<Saga::Goal, Saga::Status, std::int64_t, Text, Text, std::int64_t,
                            std::optional<Text>, Text>(
        "SELECT goal, status, attempts, leased_to, clock_of, waits_until, problem, correlation_id"
        " FROM order_sagas WHERE order_id = :id",
        id);
    if (!row) return Saga::done();
    auto& [goal, status, attempts, leased_to, clock, until, problem, correlation] = *row;
    Saga::Data saga{goal,
                    status,
                    {},
                    attempts,
                    std::move(leased_to),
                    {std::move(clock), until},
                    std::move(problem),
                    std::move(correlation)};
    for (auto& [action, compensation, key, state] :
         session_.all<Action, std::optional<Action>, Text, Saga::StepState>(
             "SELECT action, compensation, key, state FROM order_saga_steps"
             " WHERE order_id = :id ORDER BY position",
             id)) {
      saga.steps.push_back({action, compensation, std::move(key), state});
    }
    return Saga::stored(std::move(saga));
  }

  template <class... Args>
  std::vector<OrderSummary> summaries(std::string_view which, const Args&... args) {
    std::vector<OrderSummary> page;
    for (auto& [id, customer, state, total, currency, placed_at, goal, status] :
         session_.all<OrderId, CustomerId, OrderState, std::int64_t, Text, Timestamp,
                      std::optional<Saga::Goal>, std::optional<Saga::Status>>(
             Text("SELECT orders.id, orders.customer_id, orders.state, orders.total_minor,"
                  " orders.currency, orders.placed_at, order_sagas.goal, order_sagas.status"
                  " FROM orders LEFT JOIN order_sagas ON order_sagas.order_id = orders.id ")
                 .append(which),
             args...)) {
      Saga::Data saga;
      saga.goal = goal.value_or(Saga::Goal::Confirm);
      saga.status = status.value_or(Saga::Status::Done);
      page.push_back({std::move(id),
                      std::move(customer),
                      state,
                      fulfilment_of(saga),
                      {total, std::move(currency)},
                      placed_at});
    }
    return page;
  }

  Session& session_;
  OrderHistory history_;
};

class SociOrderStore final : public OrderStore {
 public:
  explicit SociOrderStore(ModuleDatabase& database) : database_(database) {}

 private:
  void run_read(const banyan::Context& context,
                const std::function<void(OrdersReading&, banyan::UnitOfWork&)>& body) override {
    database_.read(context, [&body](banyan::sql::UnitOfWork& unit) {
      SociOrders orders(unit.session());
      body(orders, unit);
    });
  }

  banyan::Result<void> run_write(
      const banyan::Context& context,
      const std::function<banyan::Result<void>(OrdersWriting&, banyan::UnitOfWork&)>& body)
      override {
    return database_.write(context, [&body](banyan::sql::UnitOfWork& unit) {
      SociOrders orders(unit.session());
      return body(orders, unit);
    });
  }

  ModuleDatabase& database_;
};

}  // namespace

std::unique_ptr<OrderStore> make_soci_order_store(ModuleDatabase& database) {
  return std::make_unique<SociOrderStore>(database);
}

}  // namespace orders
