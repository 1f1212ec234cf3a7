// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_orders.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "application/details.hpp"

namespace orders {
namespace {

std::string_view text_of(OrderState state) {
  switch (state) {
    case OrderState::Placed: return "placed";
    case OrderState::Reserved: return "reserved";
    case OrderState::Confirmed: return "confirmed";
    case OrderState::Cancelled: return "cancelled";
  }
  return "";
}

class MemoryOrders final : public OrdersWriting {
 public:
  std::optional<Case> find(const OrderId& id) override {
    const auto found = cases_.find(id);
    if (found == cases_.end()) return std::nullopt;
    return found->second;
  }

  std::optional<OrderId> placed_before_ledger(const std::string& /*key*/) override {
    return std::nullopt;
  }

  std::optional<OrderId> newest() override {
    if (cases_.empty()) return std::nullopt;
    return cases_.rbegin()->first;
  }

  std::vector<OrderSummary> page(const std::optional<CustomerId>& customer,
                                 const std::string& before, std::int64_t limit) override {
    std::vector<OrderSummary> page;
    for (auto each = cases_.rbegin(); each != cases_.rend(); ++each) {
      const Order::Data& order = each->second.order.data();
      if (!before.empty() && order.id.str() >= before) continue;
      if (customer && order.customer != *customer) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back({order.id, order.customer, order.state,
                      fulfilment_of(each->second.saga.data()), order.total, order.placed_at});
    }
    return page;
  }

  std::vector<OrderId> due(const banyan::LeaseTime& now, std::chrono::microseconds longest,
                           std::int64_t limit) override {
    std::vector<std::tuple<bool, std::int64_t, OrderId>> waiting;
    for (const auto& [id, each] : cases_) {
      const Saga::Data& saga = each.saga.data();
      if (saga.status != Saga::Status::Active || !saga.waits_until.is_over(now, longest)) continue;
      waiting.emplace_back(saga.waits_until.clock == now.clock, saga.waits_until.micros, id);
    }
    std::ranges::sort(waiting);
    std::vector<OrderId> ids;
    for (const auto& [same_clock, micros, id] : waiting) {
      if (std::cmp_equal(ids.size(), limit)) break;
      ids.push_back(id);
    }
    return ids;
  }

  std::vector<HistoryEntry> history(const OrderId& id) override {
    const auto found = history_.find(id);
    if (found == history_.end()) return {};
    return found->second;
  }

  void add(const Case& added) override { cases_.emplace(added.order.data().id, added); }

  void save(const Case& changed) override { cases_.at(changed.order.data().id) = changed; }

  void journal(const OrderId& id, OrderState state, banyan::Timestamp at) override {
    history_[id].push_back({std::string(text_of(state)), at});
  }

 private:
  std::map<OrderId, Case> cases_;
  std::map<OrderId, std::vector<HistoryEntry>> history_;
};

}  // namespace

std::unique_ptr<OrderStore> make_memory_order_store(const banyan::Clock& clock,
                                                    banyan::MemoryLedger* ledger) {
  return std::make_unique<banyan::MemoryStore<OrdersReading, OrdersWriting, MemoryOrders>>(
      MemoryOrders(), clock, ledger);
}

}  // namespace orders
