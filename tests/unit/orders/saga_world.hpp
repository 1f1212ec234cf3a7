// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"
#include "binding/wire.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "faulty_warehouse.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/soci_orders.hpp"
#include "sql/module_database.hpp"

namespace orders::testing {

/// Does nothing by itself: the test says when the runner runs.
class IdleScheduler final : public banyan::Scheduler {
 public:
  std::unique_ptr<Handle> every(std::chrono::milliseconds /*interval*/,
                                std::move_only_function<void()> /*task*/) override {
    return std::make_unique<Nothing>();
  }

 private:
  struct Nothing final : Handle {
    void wake() override {}
  };
};

/// Orders on a clock that stands still, with a warehouse that troubles can be made for. The orders,
/// the warehouse and the clock outlive every death of the process that drives sagas.
class SagaWorld {
 public:
  /// On tables or in memory.
  explicit SagaWorld(bool on_tables) {
    namespace contract = banyan::contract;
    if (on_tables) {
      database_ = std::make_unique<contract::SampleDatabase>(contract::Stage::Shared,
                                                             banyan::sql::Engine::Sqlite, clock);
      modules_.emplace(database_->modules());
      catalog_ = catalog::make_catalog({}, modules_->catalog, environment);
      warehouse_ = warehouse::make_warehouse({*catalog_}, modules_->warehouse, environment);
      store_ = make_soci_order_store(modules_->orders);
    } else {
      catalog_ = catalog::make_memory_catalog(contract::sample_shop().catalog(), environment);
      warehouse_ =
          warehouse::make_memory_warehouse({*catalog_}, contract::sample_shop().stock, environment);
      store_ = make_memory_order_store(clock, &memory_ledger_);
    }
    faulty_ = std::make_unique<FaultyWarehouse>(WithTroubles(*warehouse_, troubles));
    desk_ = std::make_unique<Desk>(Desk{*store_, *catalog_, *faulty_, environment, policy});
    use_cases_ = std::make_unique<UseCases>(*desk_);
    once_ = banyan::binding::Wire<Orders>::once(
        *use_cases_, modules_ ? modules_->orders.ledger() : memory_ledger_);
  }

  banyan::Result<OrderDetails> place(const std::string& key, std::int64_t quantity = 2,
                                     banyan::contract::Sample track = banyan::contract::kFive) {
    return once_->handle(PlaceOrder{banyan::contract::some_customer(),
                                    {{banyan::contract::sample_shop().track(track), quantity}}},
                         context().with_key(key));
  }
  banyan::Result<OrderDetails> cancel(const OrderId& id) {
    return cancel_order(*desk_, {id}, context());
  }
  banyan::Result<OrderDetails> resume(const OrderId& id) {
    return resume_order(*desk_, {id}, context());
  }

  /// The background runner, in a process that lives on, for as long as there is work.
  void run_to_the_end() {
    constexpr int kEnough = 200;
    for (int round = 0; round < kEnough; ++round) {
      clock.advance(policy.longest_backoff + policy.lease);
      drive_due_sagas(*desk_);
    }
  }
  void run_once() { drive_due_sagas(*desk_); }

  std::vector<OrderSummary> orders() {
    return list_orders(*desk_, {.customer = banyan::contract::some_customer()}, context())->orders;
  }
  /// Somebody sets the time of day.
  void set_clock_by(std::chrono::hours by) {
    clock.set({clock.now().micros + std::chrono::microseconds(by).count()});
  }

  /// The only order there is, or the newest.
  OrderDetails order() {
    const auto page =
        list_orders(*desk_, {.customer = banyan::contract::some_customer()}, context());
    return get_order(*desk_, {page->orders.at(0).id}, context()).value();
  }
  std::size_t count_orders() {
    return list_orders(*desk_, {.customer = banyan::contract::some_customer()}, context())
        ->orders.size();
  }
  warehouse::Stock stock(banyan::contract::Sample track = banyan::contract::kFive) {
    return warehouse_
        ->handle(warehouse::GetStock{banyan::contract::sample_shop().track(track)}, context())
        .value();
  }
  std::vector<HistoryEntry> history(const OrderId& id) {
    return store_->read(context(), [&](OrdersReading& orders) { return orders.history(id); });
  }

  warehouse::Warehouse& warehouse() { return *warehouse_; }
  OrderStore& store() { return *store_; }
  banyan::Context context() {
    return banyan::Context::begin(std::chrono::seconds(20), clock, random);
  }

  // Ahead of the machine's, so that nobody who goes by that one thinks a deadline has passed.
  banyan::ManualClock clock{banyan::Timestamp{1'760'000'000'000'000},
                            banyan::system_clock().steady() + std::chrono::hours(1)};
  banyan::SeededRandom random{42};
  IdleScheduler scheduler;
  Troubles troubles;
  SagaPolicy policy{.max_attempts = 5};
  banyan::Environment environment{clock, random, scheduler};

 private:
  /// The use cases as a port, so that the ledger can stand before them.
  class UseCases final : public Orders {
   public:
    explicit UseCases(const Desk& desk) : desk_(desk) {}
    banyan::Result<OrderDetails> handle(const PlaceOrder& request,
                                        const banyan::Context& context) override {
      return place_order(desk_, request, context);
    }
    banyan::Result<OrderDetails> handle(const GetOrder& request,
                                        const banyan::Context& context) override {
      return get_order(desk_, request, context);
    }
    banyan::Result<OrderPage> handle(const ListOrders& request,
                                     const banyan::Context& context) override {
      return list_orders(desk_, request, context);
    }
    banyan::Result<OrderDetails> handle(const CancelOrder& request,
                                        const banyan::Context& context) override {
      return cancel_order(desk_, request, context);
    }
    banyan::Result<OrderDetails> handle(const ResumeOrder& request,
                                        const banyan::Context& context) override {
      return resume_order(desk_, request, context);
    }

   private:
    const Desk& desk_;
  };

  banyan::MemoryLedger memory_ledger_{clock};
  std::unique_ptr<banyan::contract::SampleDatabase> database_;
  std::optional<recordshop::ModuleDatabases> modules_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<OrderStore> store_;
  std::unique_ptr<FaultyWarehouse> faulty_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<UseCases> use_cases_;
  std::unique_ptr<Orders> once_;
};

}  // namespace orders::testing
