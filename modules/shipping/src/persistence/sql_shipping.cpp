// SPDX-License-Identifier: Apache-2.0
#include "persistence/sql_shipping.hpp"

#include "banyan/sql/sql_store.hpp"
#include "persistence/columns.hpp"

namespace shipping {
namespace {

using banyan::LeaseTime;
using banyan::Timestamp;
using banyan::sql::ModuleDatabase;
using banyan::sql::Session;
using Text = std::string;

class SqlShipping final : public ShippingWriting {
 public:
  explicit SqlShipping(Session& session) : session_(session) {}

  std::optional<Record> find(const OrderId& order) override {
    auto row = session_.one<std::optional<CustomerId>, ConsignmentState, bool, bool, bool,
                            std::optional<Text>, std::optional<Text>, std::optional<Timestamp>,
                            Timestamp, Text, Text, std::int64_t, std::int64_t, bool,
                            std::optional<Text>, std::optional<Text>, std::optional<Text>,
                            std::optional<Timestamp>, std::optional<Text>, std::optional<Timestamp>,
                            std::optional<Timestamp>, std::optional<Text>, std::optional<Text>,
                            std::optional<Text>, std::optional<Timestamp>>(
        "SELECT customer_id, state, asked, cancelling, return_asked, tracking_number,"
        " return_tracking_number, paid_at, changed_at, leased_to, clock_of, waits_until, refusals,"
        " has_news, problem, carrier, return_carrier, unanswered_at,"
        " country, problem_since, brought_back_at, seen_kind, seen_by, seen_why, seen_at"
        " FROM consignments WHERE order_id = :order",
        order);
    if (!row) return std::nullopt;
    auto& [customer, state, asked, cancelling, return_asked, number, return_number, paid_at,
           changed_at, leased_to, clock, until, refusals, has_news, problem, carrier,
           return_carrier, unanswered_at, country, problem_since, brought_back_at, seen_kind,
           seen_by, seen_why, seen_at] = *row;
    std::optional<SeenTo> seen_to;
    if (seen_kind && seen_by && seen_why && seen_at) {
      seen_to = SeenTo{*std::move(seen_kind), *std::move(seen_by), *std::move(seen_why), *seen_at};
    }
    Consignment::Data data{order,
                           std::move(customer),
                           state,
                           asked,
                           cancelling,
                           return_asked,
                           std::move(number),
                           std::move(return_number),
                           tracking_of(order),
                           paid_at,
                           changed_at,
                           std::move(carrier),
                           std::move(return_carrier),
                           unanswered_at,
                           std::move(country),
                           brought_back_at};
    return Record{Consignment::stored(std::move(data)),
                  {std::move(leased_to),
                   {std::move(clock), until},
                   refusals,
                   has_news,
                   std::move(problem),
                   problem_since,
                   std::move(seen_to)}};
  }

  // As LeaseTime::is_over() says. Times of other clocks are of nobody who still waits: first.
  std::vector<OrderId> due(const LeaseTime& now, std::chrono::microseconds longest,
                           std::int64_t limit) override {
    std::vector<OrderId> orders;
    for (auto& [order] : session_.all<OrderId>(
             "SELECT order_id FROM consignments WHERE is_open = 1"
             " AND (clock_of <> :clock OR waits_until <= :now OR waits_until > :furthest)"
             " ORDER BY CASE WHEN clock_of = :clock THEN 1 ELSE 0 END, waits_until, order_id"
             " LIMIT :limit",
             now.clock, now.micros, now.after(longest).micros, limit)) {
      orders.push_back(std::move(order));
    }
    return orders;
  }

  std::vector<OverdueConsignment> overdue(const OverdueSince& since, const OverdueAfter& after,
                                          std::int64_t limit) override {
    // One after the other, so that each finds its own by an index.
    static const std::string query =
        one_of_overdue("state = 'ordered' AND paid_at <= :waiting") + " UNION " +
        one_of_overdue("problem IS NOT NULL AND COALESCE(problem_since, changed_at) <= :waiting") +
        " UNION " + one_of_overdue("state = 'returning' AND changed_at <= :returning") +
        " ORDER BY paid_at, order_id LIMIT :limit";
    std::vector<OverdueConsignment> page;
    for (auto& [order, customer, paid_at, problem] :
         session_.all<OrderId, CustomerId, Timestamp, std::optional<Text>>(
             query, since.waiting, after.paid_at, after.order, since.returning, limit)) {
      page.push_back({std::move(order), std::move(customer), paid_at, std::move(problem)});
    }
    return page;
  }

  void add(const Record& record) override {
    const Consignment::Data& data = record.consignment.data();
    session_.run(
        "INSERT INTO consignments (order_id, customer_id, state, asked, cancelling, return_asked,"
        " tracking_number, paid_at, changed_at, country, is_open, leased_to, clock_of, waits_until,"
        " refusals, has_news) VALUES (:order, :customer, :state, 0, 0, 0, :number, :paid, :changed,"
        " :country, :open, '', '', 0, 0, 0)",
        data.order, data.customer, data.state, data.number, data.paid_at, data.changed_at,
        data.country, is_open(record));
    save(record);
  }

  void save(const Record& record) override {
    const Consignment::Data& data = record.consignment.data();
    const Turn& turn = record.turn;
    const auto seen = [&](auto part) {
      return turn.seen_to ? std::optional((*turn.seen_to).*part) : std::nullopt;
    };
    session_.run(
        "UPDATE consignments SET state = :state, asked = :asked, cancelling = :cancelling,"
        " return_asked = :return_asked, tracking_number = :number,"
        " return_tracking_number = :return_number, changed_at = :changed, is_open = :open,"
        " leased_to = :leased_to, clock_of = :clock, waits_until = :until, refusals = :refusals,"
        " has_news = :news, problem = :problem, problem_since = :since, carrier = :carrier,"
        " return_carrier = :return_carrier, unanswered_at = :unanswered,"
        " brought_back_at = :brought_back, seen_kind = :seen_kind, seen_by = :seen_by,"
        " seen_why = :seen_why, seen_at = :seen_at WHERE order_id = :order",
        data.state, data.asked, data.cancelling, data.return_asked, data.number, data.return_number,
        data.changed_at, is_open(record), turn.leased_to, turn.waits_until.clock,
        turn.waits_until.micros, turn.refusals, turn.has_news, turn.problem, turn.problem_since,
        data.carrier, data.return_carrier, data.unanswered_at, data.brought_back_at,
        seen(&SeenTo::kind), seen(&SeenTo::by), seen(&SeenTo::why), seen(&SeenTo::at), data.order);
    for (const TrackingEvent& event : data.tracking) {
      session_.run(
          "INSERT INTO consignment_tracking (order_id, leg, at, sighting, note)"
          " VALUES (:order, :leg, :at, :sighting, :note) ON CONFLICT DO NOTHING",
          data.order, event.leg, event.at, event.sighting, event.note);
    }
  }

 private:
  /// As Turn::is_seen_to() says.
  static constexpr const char* kNotSeenTo =
      " AND (seen_kind IS NULL OR seen_at < changed_at OR NOT CASE WHEN problem IS NULL"
      " THEN seen_kind = '' ELSE seen_kind <> ''"
      " AND substr(problem, 1, length(seen_kind)) = seen_kind END)";

  static std::string one_of_overdue(std::string_view which) {
    return "SELECT order_id, customer_id, paid_at, problem FROM consignments"
           " WHERE customer_id IS NOT NULL AND paid_at IS NOT NULL AND " +
           std::string(which) + kNotSeenTo +
           " AND (paid_at > :after OR (paid_at = :after AND order_id > :order))";
  }

  static bool is_open(const Record& record) { return record.consignment.errand().has_value(); }

  std::vector<TrackingEvent> tracking_of(const OrderId& order) {
    std::vector<TrackingEvent> tracking;
    for (auto& [leg, sighting, at, note] : session_.all<Leg, Sighting, Timestamp, Text>(
             "SELECT leg, sighting, at, note FROM consignment_tracking WHERE order_id = :order"
             " ORDER BY at, leg, sighting",
             order)) {
      tracking.push_back({leg, sighting, at, std::move(note)});
    }
    return tracking;
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<ShippingStore> make_sql_shipping_store(ModuleDatabase& database) {
  return std::make_unique<banyan::sql::SqlStore<ShippingStore, SqlShipping>>(database);
}

}  // namespace shipping
