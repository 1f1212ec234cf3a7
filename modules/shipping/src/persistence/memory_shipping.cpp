// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_shipping.hpp"

#include <algorithm>
#include <map>

namespace shipping {
namespace {

/// As it is read back: what has happened before has been told.
Record at_rest(const Record& record) {
  return {Consignment::stored(record.consignment.data()), record.turn};
}

bool is_overdue(const Record& record, const OverdueSince& since) {
  const Consignment::Data& data = record.consignment.data();
  if (record.turn.is_seen_to(data.changed_at)) return false;
  if (data.state == ConsignmentState::Ordered && *data.paid_at <= since.waiting) return true;
  if (record.turn.problem && record.turn.problem_since.value_or(data.changed_at) <= since.waiting) {
    return true;
  }
  return data.state == ConsignmentState::Returning && data.changed_at <= since.returning;
}

class MemoryShipping final : public ShippingWriting {
 public:
  std::optional<Record> find(const OrderId& order) override {
    const auto found = records_.find(order);
    if (found == records_.end()) return std::nullopt;
    return found->second;
  }

  std::vector<OrderId> due(const banyan::LeaseTime& now, std::chrono::microseconds longest,
                           std::int64_t limit) override {
    std::vector<const Record*> found;
    for (const auto& [order, record] : records_) {
      if (record.consignment.errand() && record.turn.waits_until.is_over(now, longest)) {
        found.push_back(&record);
      }
    }
    std::ranges::stable_sort(found, {}, [&](const Record* record) {
      const banyan::LeaseTime& until = record->turn.waits_until;
      return std::pair(until.clock == now.clock, until.micros);
    });
    std::vector<OrderId> orders;
    for (const Record* record : found) {
      if (std::cmp_equal(orders.size(), limit)) break;
      orders.push_back(record->consignment.data().order);
    }
    return orders;
  }

  std::vector<OverdueConsignment> overdue(const OverdueSince& since, const OverdueAfter& after,
                                          std::int64_t limit) override {
    std::vector<OverdueConsignment> found;
    for (const auto& [order, record] : records_) {
      const Consignment::Data& data = record.consignment.data();
      if (!data.customer || !data.paid_at || !is_overdue(record, since)) continue;
      if (std::pair(*data.paid_at, order.str()) <= std::pair(after.paid_at, after.order)) continue;
      found.push_back({order, *data.customer, *data.paid_at, record.turn.problem});
    }
    std::ranges::stable_sort(found, {}, &OverdueConsignment::paid_at);
    if (std::cmp_greater(found.size(), limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
  }

  void add(const Record& record) override {
    records_.emplace(record.consignment.data().order, at_rest(record));
  }

  void save(const Record& record) override {
    records_.insert_or_assign(record.consignment.data().order, at_rest(record));
  }

 private:
  std::map<OrderId, Record> records_;
};

}  // namespace

std::unique_ptr<ShippingStore> make_memory_shipping_store(const banyan::Clock& clock,
                                                          banyan::MemoryLedger* ledger,
                                                          banyan::UnitEnding* ending) {
  return std::make_unique<banyan::MemoryStore<ShippingReading, ShippingWriting, MemoryShipping>>(
      MemoryShipping(), clock, ledger, ending);
}

}  // namespace shipping
