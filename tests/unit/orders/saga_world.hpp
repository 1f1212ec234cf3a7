// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application/use_cases.hpp"
#include "banyan/binding/port_binding.hpp"
#include "banyan/sql/module_database.hpp"
#include "contract/orders/neighbours.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/sql_orders.hpp"
#include "troubles.hpp"

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
    faulty_warehouse_ = std::make_unique<Faulty<warehouse::Warehouse>>(
        WithTroubles<warehouse::Warehouse>(*warehouse_, troubles));
    start_process();
  }

  /// A process that drives sagas, in place of the one before: it knows what is in the tables only.
  void start_process() {
    once_.reset();
    use_cases_.reset();
    use_case_.reset();
    engine_ = std::make_unique<OrderEngine>(
        *store_, OrderSagas::Ports{faulty_warehouse_.get(), &faulty_payments_, &faulty_shipping_},
        environment, policy);
    use_case_ = std::make_unique<UseCaseContext>(UseCaseContext{
        *store_, *catalog_, customers_, shipping_, *engine_, freshness_, environment});
    use_cases_ = std::make_unique<UseCases>(*use_case_);
    once_ = banyan::binding::PortBinding<Orders>::once(
        *use_cases_, modules_ ? modules_->orders.ledger() : memory_ledger_, banyan::system_clock());
  }

  banyan::Result<OrderDetails> place(const std::string& key, std::int64_t quantity = 2,
                                     banyan::contract::Sample track = banyan::contract::kFive) {
    return once_->handle(PlaceOrder{banyan::contract::some_customer(),
                                    {{banyan::contract::sample_shop().track(track), quantity}},
                                    std::nullopt},
                         context().with_key(key));
  }
  /// What `place(key)` places.
  banyan::Result<OrderDetails> place(const banyan::Context& context) {
    return once_->handle(
        PlaceOrder{banyan::contract::some_customer(),
                   {{banyan::contract::sample_shop().track(banyan::contract::kFive), 2}},
                   std::nullopt},
        context);
  }
  /// Where the ledger has forgotten the key by now.
  banyan::Result<OrderDetails> place_without_ledger(const PlaceOrder& request,
                                                    const std::string& key) {
    return place_order(*use_case_, request, context().with_key(key));
  }
  banyan::Result<OrderDetails> place_as(const PlaceOrder& request, const std::string& key) {
    return once_->handle(request, context().with_key(key));
  }
  /// From now on a process that drives sagas has that tracer.
  void environment_with(banyan::Tracer& tracer) {
    environment.tracer = &tracer;
    start_process();
  }
  banyan::Result<OrderDetails> cancel(const OrderId& id) {
    return cancel_order(*use_case_, {id}, context());
  }
  banyan::Result<OrderDetails> return_(const OrderId& id) {
    return return_order(*use_case_, {id}, context());
  }
  /// Where the order's parcel is.
  shipping::ConsignmentState& parcel(const OrderId& id) {
    return shipping.at[shipping::OrderId::parse(id.str()).value()];
  }
  // What orders hears of a parcel.
  banyan::EventAnswer hear_dispatched(const OrderId& id) {
    return parcel_dispatched(*use_case_, {shipping::OrderId::parse(id.str()).value(), clock.now()},
                             context());
  }
  banyan::EventAnswer hear_delivered(const OrderId& id) {
    return parcel_delivered(*use_case_, {shipping::OrderId::parse(id.str()).value(), clock.now()},
                            context());
  }
  banyan::EventAnswer hear_returned(const OrderId& id) {
    return parcel_returned(*use_case_, {shipping::OrderId::parse(id.str()).value(), clock.now()},
                           context());
  }
  banyan::EventAnswer hear_brought_back(const OrderId& id) {
    return parcel_brought_back(
        *use_case_, {shipping::OrderId::parse(id.str()).value(), clock.now()}, context());
  }
  banyan::EventAnswer hear_sent_out_again(const OrderId& id) {
    return parcel_sent_out_again(
        *use_case_, {shipping::OrderId::parse(id.str()).value(), clock.now()}, context());
  }
  /// The order's parcel has come, and orders has heard of it.
  void deliver(const OrderId& id) {
    parcel(id) = shipping::ConsignmentState::Delivered;
    (void)hear_delivered(id);
  }
  /// The carrier has it, and orders has heard of it.
  void dispatch(const OrderId& id) {
    parcel(id) = shipping::ConsignmentState::InTransit;
    (void)hear_dispatched(id);
  }
  /// Nobody took it: it is at the shop again. Orders has not heard of it.
  void bring_back(const OrderId& id) {
    dispatch(id);
    shipping.brought_back.insert(shipping::OrderId::parse(id.str()).value());
  }
  banyan::Result<OrderDetails> resume(const OrderId& id) {
    return resume_order(*use_case_, {id}, context());
  }

  /// The background runner, in a process that lives on, for as long as there is work.
  void run_to_the_end() {
    constexpr int kEnough = 200;
    for (int round = 0; round < kEnough; ++round) {
      clock.advance(policy.longest_backoff + policy.lease);
      engine_->round();
    }
  }
  void run_once() { engine_->round(); }
  banyan::SagaRecord saga() {
    const std::string subject = order().id.str();
    return store_->read(context(), [&](OrdersReading& orders) {
      return orders.sagas().newest_of(subject)->data();
    });
  }

  std::vector<OrderSummary> orders() {
    return list_orders(*use_case_, {.customer = banyan::contract::some_customer()}, context())
        ->orders;
  }
  /// Somebody sets the time of day.
  void set_clock_by(std::chrono::hours by) {
    clock.set({clock.now().micros + std::chrono::microseconds(by).count()});
  }

  /// The only order there is, or the newest.
  OrderDetails order() {
    const auto page =
        list_orders(*use_case_, {.customer = banyan::contract::some_customer()}, context());
    return get_order(*use_case_, {page->orders.at(0).id}, context()).value();
  }
  std::size_t count_orders() {
    return list_orders(*use_case_, {.customer = banyan::contract::some_customer()}, context())
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

  /// Of the process that drives sagas now, behind the ledger.
  Orders& port() { return *once_; }
  catalog::Catalog& catalog() { return *catalog_; }
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
  SomeCustomers customers;
  SomePayments payments;
  SomeShipping shipping;
  SagaPolicy policy{.max_attempts = 5, .workers = 0};
  banyan::Environment environment{clock, random, scheduler};

 private:
  /// The use cases as a port, so that the ledger can stand before them.
  class UseCases final : public Orders {
   public:
    explicit UseCases(const UseCaseContext& use_case) : use_case_(use_case) {}
    banyan::Result<OrderDetails> handle(const PlaceOrder& request,
                                        const banyan::Context& context) override {
      return place_order(use_case_, request, context);
    }
    banyan::Result<OrderDetails> handle(const GetOrder& request,
                                        const banyan::Context& context) override {
      return get_order(use_case_, request, context);
    }
    banyan::Result<OrderPage> handle(const ListOrders& request,
                                     const banyan::Context& context) override {
      return list_orders(use_case_, request, context);
    }
    banyan::Result<OrderDetails> handle(const CancelOrder& request,
                                        const banyan::Context& context) override {
      return cancel_order(use_case_, request, context);
    }
    banyan::Result<OrderDetails> handle(const ReturnOrder& request,
                                        const banyan::Context& context) override {
      return return_order(use_case_, request, context);
    }
    banyan::Result<OrderDetails> handle(const ResumeOrder& request,
                                        const banyan::Context& context) override {
      return resume_order(use_case_, request, context);
    }

   private:
    const UseCaseContext& use_case_;
  };

  banyan::MemoryLedger memory_ledger_{clock};
  std::unique_ptr<banyan::contract::SampleDatabase> database_;
  std::optional<recordshop::ModuleDatabases> modules_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<warehouse::Warehouse> warehouse_;
  std::unique_ptr<OrderStore> store_;
  std::unique_ptr<Faulty<warehouse::Warehouse>> faulty_warehouse_;
  NeighbourPort<customers::Customers, SomeCustomers> customers_{
      Neighbour<customers::Customers, SomeCustomers>(customers)};
  NeighbourPort<payments::Payments, SomePayments> payments_{
      Neighbour<payments::Payments, SomePayments>(payments)};
  NeighbourPort<shipping::Shipping, SomeShipping> shipping_{
      Neighbour<shipping::Shipping, SomeShipping>(shipping)};
  Faulty<payments::Payments> faulty_payments_{
      WithTroubles<payments::Payments>(payments_, troubles)};
  Faulty<shipping::Shipping> faulty_shipping_{
      WithTroubles<shipping::Shipping>(shipping_, troubles)};
  NamesFreshness freshness_;
  std::unique_ptr<OrderEngine> engine_;
  std::unique_ptr<UseCaseContext> use_case_;
  std::unique_ptr<UseCases> use_cases_;
  std::unique_ptr<Orders> once_;
};

}  // namespace orders::testing
