// SPDX-License-Identifier: Apache-2.0
#include "persistence/memory_orders.hpp"

#include <map>

#include "application/details.hpp"
#include "persistence/memory_names.hpp"

namespace orders {
namespace {

class MemoryOrders final : public OrdersWriting {
 public:
  std::optional<OrderWithSaga> find(const OrderId& id) override {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return std::nullopt;
    return OrderWithSaga{found->second, sagas_.newest_of(id.str())};
  }

  std::optional<Order> order(const OrderId& id) override {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return std::nullopt;
    return found->second;
  }

  std::map<OrderId, OrderNames> names_of(const std::optional<CustomerId>& customer,
                                         const OrderId& oldest, const OrderId& newest,
                                         std::size_t most_tracks) override {
    std::map<OrderId, OrderNames> all;
    for (auto at = orders_.lower_bound(oldest); at != orders_.end() && at->first <= newest; ++at) {
      const Order::Data& order = at->second.data();
      if (customer && order.customer != *customer) continue;
      OrderNames& names = all[order.id];
      names.customer = name_of(order.customer.str());
      for (const OrderLine& line : order.lines) {
        if (names.tracks.size() < most_tracks) {
          names.tracks.push_back(name_of(line.track.str()));
        } else {
          ++names.more_tracks;
        }
      }
    }
    return all;
  }

  NameRows& names() override { return names_; }

  banyan::SagaRows& sagas() override { return sagas_; }

  std::optional<OrderId> placed_under(const OrderKey& key) override {
    for (const OrderKey& each : {key, spelled_before(key)}) {
      const auto found = keys_.find({each.caller, each.key});
      if (found != keys_.end()) return found->second;
    }
    return std::nullopt;
  }

  std::optional<OrderId> newest() override {
    if (orders_.empty()) return std::nullopt;
    return orders_.rbegin()->first;
  }

  std::vector<OrderSummary> page(const std::optional<CustomerId>& customer,
                                 const std::string& before, std::int64_t limit) override {
    std::vector<OrderSummary> page;
    for (auto each = orders_.rbegin(); each != orders_.rend(); ++each) {
      const Order::Data& order = each->second.data();
      if (!before.empty() && order.id.str() >= before) continue;
      if (customer && order.customer != *customer) continue;
      if (std::cmp_equal(page.size(), limit)) break;
      page.push_back({order.id, order.customer, order.state, fulfilment(order.id), order.total,
                      order.placed_at});
    }
    return page;
  }

  // There is no version before whose memory this could be.
  std::vector<OrderId> old_sagas(const banyan::LeaseTime& /*now*/,
                                 std::int64_t /*limit*/) override {
    return {};
  }
  std::optional<OldSaga> take_old_saga(const OrderId& /*id*/, const banyan::LeaseTime& /*now*/,
                                       bool /*idle_only*/) override {
    return std::nullopt;
  }

  std::vector<HistoryEntry> history(const OrderId& id) override {
    const auto found = history_.find(id);
    if (found == history_.end()) return {};
    return found->second;
  }

  void add(const Order& added) override { orders_.emplace(added.data().id, added); }

  void keep(const OrderKey& key, const OrderId& placed, banyan::Timestamp /*now*/) override {
    keys_.emplace(std::pair(key.caller, key.key), placed);
  }

  void save(const Order& changed) override { orders_.at(changed.data().id) = changed; }

  void journal(const OrderId& id, OrderState state, banyan::Timestamp at) override {
    history_[id].push_back({std::string(word_of(state)), at});
  }

 private:
  KnownName name_of(const std::string& id) const {
    const auto found = names_.find(id);
    return found ? known_name(id, *found) : unknown_name(id);
  }

  Fulfilment fulfilment(const OrderId& id) {
    const auto saga = sagas_.newest_of(id.str());
    return saga ? fulfilment_of(saga->data().status, saga->data().phase, saga->data().name)
                : Fulfilment::Done;
  }

  std::map<OrderId, Order> orders_;
  std::map<std::pair<std::string, std::string>, OrderId> keys_;
  MemoryNames names_;
  banyan::MemorySagas sagas_;
  std::map<OrderId, std::vector<HistoryEntry>> history_;
};

}  // namespace

std::unique_ptr<OrderStore> make_memory_order_store(const banyan::Clock& clock,
                                                    banyan::MemoryLedger* ledger,
                                                    banyan::UnitEnding* ending) {
  return std::make_unique<banyan::MemoryStore<OrdersReading, OrdersWriting, MemoryOrders>>(
      MemoryOrders(), clock, ledger, ending);
}

}  // namespace orders
