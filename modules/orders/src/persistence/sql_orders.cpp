// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_orders.hpp"

#include "application/details.hpp"
#include "banyan/sql/sagas.hpp"
#include "banyan/sql/sql_store.hpp"
#include "persistence/columns.hpp"
#include "persistence/old_sagas.hpp"
#include "persistence/order_history.hpp"
#include "persistence/order_rows.hpp"
#include "persistence/sql_names.hpp"

namespace orders {
namespace {

using banyan::LeaseTime;
using banyan::Timestamp;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Text = std::string;

class SqlOrders final : public OrdersWriting {
 public:
  explicit SqlOrders(Session& session)
      : session_(session),
        history_(session),
        sagas_(session, "orders"),
        old_(session),
        names_(session) {}

  std::optional<OrderWithSaga> find(const OrderId& id) override {
    std::optional<Order> found = order(id);
    if (!found) return std::nullopt;
    auto saga = sagas_.newest_of(id.str());
    return OrderWithSaga{*std::move(found), saga ? std::move(saga) : old_.shown(id)};
  }

  std::optional<Order> order(const OrderId& id) override {
    auto row = session_.one<CustomerId, Text, Text, std::optional<CancelReason>, std::int64_t,
                            std::int64_t, std::int64_t, Text, Text, Timestamp, Timestamp, Text,
                            std::optional<Timestamp>>(
        "SELECT customer_id, state, stage, COALESCE(cancelled_for, cancel_reason), total_minor,"
        " tax_minor, tax_rate, currency, payment_method, placed_at, changed_at, country,"
        " brought_back_at FROM orders WHERE id = :id",
        id);
    if (!row) return std::nullopt;
    auto& [customer, state, stage, reason, total, tax, rate, currency, method, placed, changed,
           country, brought_back] = *row;
    return Order::stored({id,
                          std::move(customer),
                          state_from(state, stage),
                          reason,
                          lines_of(session_, id, currency),
                          {total, currency},
                          {rate},
                          {tax, currency},
                          std::move(method),
                          placed,
                          changed,
                          std::move(country),
                          brought_back});
  }

  std::map<OrderId, OrderNames> names_of(const std::optional<CustomerId>& customer,
                                         const OrderId& oldest, const OrderId& newest,
                                         std::size_t most_tracks) override {
    if (customer) {
      return names_where(
          "WHERE orders.customer_id = :customer AND orders.id >= :oldest AND orders.id <= :newest",
          most_tracks, *customer, oldest, newest);
    }
    return names_where("WHERE orders.id >= :oldest AND orders.id <= :newest", most_tracks, oldest,
                       newest);
  }

  NameRows& names() override { return names_; }

  banyan::SagaRows& sagas() override { return sagas_; }

  // Versions before wrote less of the caller, the first one nothing. What says most is longest, and
  // comes first.
  std::optional<OrderId> placed_under(const OrderKey& key) override {
    return session_.value<OrderId>(
        "SELECT order_id FROM order_keys WHERE key IN (:own, :before, :key)"
        " ORDER BY length(key) DESC LIMIT 1",
        text_of(key), text_of(spelled_before(key)), key.key);
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

  std::vector<OrderId> old_sagas(const LeaseTime& now, std::int64_t limit) override {
    return old_.idle(now, limit);
  }

  std::optional<OldSaga> take_old_saga(const OrderId& id, const LeaseTime& now,
                                       bool idle_only) override {
    return old_.take(id, now, idle_only);
  }

  std::vector<HistoryEntry> history(const OrderId& id) override { return history_.of(id); }

  void add(const Order& added) override {
    if (insert_order(session_, added.data())) return;
    throw banyan::sql::Fault(banyan::sql::FaultKind::Misuse,
                             "orders: there is an order " + added.data().id.str() + " already");
  }

  void keep(const OrderKey& key, const OrderId& placed, Timestamp now) override {
    session_.run(
        "INSERT INTO order_keys (key, order_id, placed_at) VALUES (:key, :order, :now)"
        " ON CONFLICT (key) DO NOTHING",
        text_of(key), placed, now);
  }

  void save(const Order& changed) override {
    const Order::Data& order = changed.data();
    session_.run(
        "UPDATE orders SET state = :state, stage = :stage, cancel_reason = :reason,"
        " cancelled_for = :full_reason, changed_at = :changed, brought_back_at = :brought_back"
        " WHERE id = :id",
        coarse(order.state), order.state, coarse(order.cancel_reason), order.cancel_reason,
        order.changed_at, order.brought_back_at, order.id);
  }

  void journal(const OrderId& id, OrderState state, Timestamp at) override {
    history_.write(id, state, at);
  }

 private:
  // No key has a blank: the last one ends the caller.
  static Text text_of(const OrderKey& key) { return key.caller + ' ' + key.key; }

  template <class... Args>
  std::map<OrderId, OrderNames> names_where(const Text& which, std::size_t most_tracks,
                                            const Args&... args) {
    std::map<OrderId, OrderNames> all;
    const std::int64_t generation = names_.generations().served;
    for (auto& [order, id, found, name] :
         session_.all<OrderId, Text, std::optional<Text>, std::optional<Text>>(
             "SELECT orders.id, orders.customer_id, order_names.id, order_names.name FROM orders"
             " LEFT JOIN order_names ON order_names.generation = :generation"
             " AND order_names.id = orders.customer_id " +
                 which,
             generation, args...)) {
      all[order].customer = found ? known_name(id, name) : unknown_name(id);
    }
    for (auto& [order, id, found, name] :
         session_.all<OrderId, Text, std::optional<Text>, std::optional<Text>>(
             "SELECT orders.id, order_lines.track_id, order_names.id, order_names.name FROM orders"
             " JOIN order_lines ON order_lines.order_id = orders.id"
             " LEFT JOIN order_names ON order_names.generation = :generation"
             " AND order_names.id = order_lines.track_id " +
                 which + " ORDER BY orders.id, order_lines.position",
             generation, args...)) {
      OrderNames& names = all[order];
      if (names.tracks.size() < most_tracks) {
        names.tracks.push_back(found ? known_name(id, name) : unknown_name(id));
      } else {
        ++names.more_tracks;
      }
    }
    return all;
  }

  template <class... Args>
  std::vector<OrderSummary> summaries(std::string_view which, const Args&... args) {
    std::vector<OrderSummary> page;
    for (auto& [id, customer, state, stage, total, currency, placed_at, status, phase, saga] :
         session_.all<OrderId, CustomerId, Text, Text, std::int64_t, Text, Timestamp,
                      std::optional<Text>, std::optional<Text>, std::optional<Text>>(
             Text("SELECT orders.id, orders.customer_id, orders.state, orders.stage,"
                  " orders.total_minor, orders.currency, orders.placed_at,"
                  " COALESCE(orders_sagas.status, order_sagas.status),"
                  " COALESCE(orders_sagas.phase, CASE order_sagas.goal WHEN 'cancel' THEN 'back'"
                  " ELSE 'forward' END), orders_sagas.name FROM orders"
                  " LEFT JOIN orders_sagas ON orders_sagas.subject = orders.id"
                  " AND orders_sagas.status IN ('active', 'stuck')"
                  // Of a version before, see old_sagas.
                  " LEFT JOIN order_sagas ON order_sagas.order_id = orders.id"
                  " AND order_sagas.status IN ('active', 'stuck') ")
                 .append(which),
             args...)) {
      page.push_back(
          {std::move(id),
           std::move(customer),
           state_from(state, stage),
           status ? fulfilment_of(
                        *status == "stuck" ? banyan::SagaStatus::Stuck : banyan::SagaStatus::Active,
                        phase == "back" ? banyan::SagaPhase::Back : banyan::SagaPhase::Forward,
                        saga.value_or(""))
                  : Fulfilment::Done,
           {total, std::move(currency)},
           placed_at});
    }
    return page;
  }

  Session& session_;
  OrderHistory history_;
  banyan::sql::Sagas sagas_;
  OldSagas old_;
  SqlNames names_;
};

}  // namespace

std::unique_ptr<OrderStore> make_soci_order_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<OrderStore, SqlOrders>>(database);
}

}  // namespace orders
