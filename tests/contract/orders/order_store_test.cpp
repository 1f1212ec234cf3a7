// SPDX-License-Identifier: Apache-2.0
// Orders in their store, and the adapters over which the whole contract runs.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/matchers.hpp"
#include "contract/orders/order_store_cases.hpp"
#include "contract/orders/order_store_contract.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/worlds.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/sql_orders.hpp"

namespace banyan::contract {
namespace {

using ::orders::Order;
using ::orders::OrdersReading;
using ::orders::OrderState;
using ::orders::OrdersWriting;

TEST_P(OrderStoreContract, FindsWhatWasAdded) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const auto found = rows.find(fresh.order.data().id);
    EXPECT_TRUE(found);
    EXPECT_EQ(found->order.data(), fresh.order.data());
    EXPECT_EQ(found->saga->data(), fresh.saga.data());
    return 0;
  });
}

TEST_P(OrderStoreContract, KeepsEveryChangeOfAnOrderAndItsSaga) {
  OrderWithSaga changing = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, changing); }),
              Succeeds());
  const SagaPolicy policy;
  const std::vector<SagaAnswer> answers = {
      {SagaOutcome::NoAnswer, "banyan.unreachable", "nobody there", kNow},
      {SagaOutcome::Done, "", "", kNow},
      {SagaOutcome::Failed, "banyan.internal", "odd", kNow},
      {SagaOutcome::Refused, "warehouse.reservation_released", "given up", kNow},
      {SagaOutcome::NoAnswer, "", "known to be out", std::nullopt},
      {SagaOutcome::Done, "", "", kNow},  // the try that failed may have done it: undone, too
      {SagaOutcome::Done, "", "", kNow}};

  for (const SagaAnswer& answer : answers) {
    const std::int64_t epoch = changing.saga.data().epoch;
    ASSERT_TRUE(changing.saga.take_over("me", kLeaseNow, policy));
    changing.saga.take(*changing.saga.next(), answer, {{kNow.micros + 1}, kLeaseNow}, policy, 7);
    const bool goes_on = changing.saga.data().phase == banyan::SagaPhase::Forward;
    if (answer.outcome == SagaOutcome::Done && goes_on) {
      ASSERT_THAT(changing.order.reserve({kNow.micros + 1}), Succeeds());
    }
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(changing.order);
                                EXPECT_TRUE(rows.sagas().save(changing.saga, epoch));
                                return {};
                              }),
                Succeeds());
    const auto found = store().read(
        any_context(), [&](OrdersReading& rows) { return rows.find(changing.order.data().id); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->order.data(), changing.order.data());
    EXPECT_EQ(found->saga->data(), changing.saga.data());
  }
  EXPECT_EQ(changing.saga.data().status, SagaStatus::Undone);
}

TEST_P(OrderStoreContract, KeepsEveryStateAndReason) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  const auto keeps = [&](OrderState state, std::optional<::orders::CancelReason> reason) {
    Order::Data data = fresh.order.data();
    data.state = state;
    data.cancel_reason = reason;
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(Order::stored(data));
                                return {};
                              }),
                Succeeds());
    const auto found =
        store().read(any_context(), [&](OrdersReading& rows) { return rows.order(data.id); });
    EXPECT_EQ(found->data(), data);
  };
  for (const auto state : {OrderState::Reserved, OrderState::Paid, OrderState::Shipped,
                           OrderState::Delivered, OrderState::Returned}) {
    keeps(state, std::nullopt);
  }
  using enum ::orders::CancelReason;
  for (const auto reason : {OutOfStock, ByCustomer, PaymentDeclined, Refused}) {
    keeps(OrderState::Cancelled, reason);
  }
}

TEST_P(OrderStoreContract, KeepsSinceWhenAParcelIsBack) {
  const OrderWithSaga fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  Order::Data data = fresh.order.data();
  data.state = OrderState::Shipped;
  for (const auto since : {std::optional(kNow), std::optional<Timestamp>()}) {
    data.brought_back_at = since;
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(Order::stored(data));
                                return {};
                              }),
                Succeeds());
    const auto found =
        store().read(any_context(), [&](OrdersReading& rows) { return rows.order(data.id); });
    EXPECT_EQ(found->data(), data);
  }
}

TEST_P(OrderStoreContract, AddsNothingWhenTheUnitOfWorkFails) {
  const OrderWithSaga fresh = a_case(1);
  const auto failed = store().write(any_context(), [&](OrdersWriting& rows) -> Result<void> {
    if (auto added = add(rows, fresh); !added) return added;
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  ASSERT_THAT(failed, BreaksRule("test.failed"));
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_FALSE(rows.find(fresh.order.data().id));
    return 0;
  });
}

TEST_P(OrderStoreContract, KnowsTheOrderThatWasPlacedLast) {
  const auto newest = [&] {
    return store().read(any_context(), [](OrdersReading& rows) { return rows.newest(); });
  };
  const auto before = newest();
  const OrderWithSaga later = a_case(1, {kNow.micros + 10'000'000});
  const OrderWithSaga earlier = a_case(2);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              rows.add(later.order);
                              rows.add(earlier.order);
                              return {};
                            }),
              Succeeds());
  EXPECT_TRUE(!before || *before < later.order.data().id);
  EXPECT_EQ(newest(), later.order.data().id);
}

TEST_P(OrderStoreContract, KnowsWhatACallerHasPlacedUnderAKey) {
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              if (auto added = add(rows, fresh); !added) return added;
                              rows.keep({"ann", "k1"}, id, kNow);
                              return {};
                            }),
              Succeeds());
  const auto placed = [&](const std::string& caller, const std::string& key) {
    return store().read(any_context(),
                        [&](OrdersReading& rows) { return rows.placed_under({caller, key}); });
  };
  EXPECT_EQ(placed("ann", "k1"), id);
  EXPECT_EQ(placed("bob", "k1"), std::nullopt);
  EXPECT_EQ(placed("ann", "k2"), std::nullopt);
}

TEST_P(OrderStoreContract, TellsACustomerFromAPrincipalOfThatName) {
  const OrderWithSaga of_nobody_named = a_case(1);
  const OrderWithSaga of_a_principal = a_case(2);
  const std::string customer = some_customer(1).str();
  const auto id_of = [](const OrderWithSaga& each) { return each.order.data().id; };
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              for (const auto* each : {&of_nobody_named, &of_a_principal}) {
                                if (auto added = add(rows, *each); !added) return added;
                              }
                              rows.keep({"customer=" + customer, "k1"}, id_of(of_nobody_named),
                                        kNow);
                              rows.keep({customer, "k1"}, id_of(of_a_principal), kNow);
                              // As the version before wrote down who asked for a customer.
                              rows.keep({customer, "k0"}, id_of(of_nobody_named), kNow);
                              return {};
                            }),
              Succeeds());
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_EQ(rows.placed_under({"customer=" + customer, "k1"}), id_of(of_nobody_named));
    EXPECT_EQ(rows.placed_under({customer, "k1"}), id_of(of_a_principal));
    EXPECT_EQ(rows.placed_under({"customer=" + customer, "k0"}), id_of(of_nobody_named));
    return 0;
  });
}

TEST_P(OrderStoreContract, WritesTheHistoryInTheOrderOfTime) {
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              if (auto added = add(rows, fresh); !added) return added;
                              rows.journal(id, OrderState::Reserved, kNow);
                              rows.journal(id, OrderState::Paid, {kNow.micros + 1});
                              return {};
                            }),
              Succeeds());

  const auto history =
      store().read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  const std::vector<::orders::HistoryEntry> expected = {
      {"placed", kNow}, {"reserved", kNow}, {"paid", {kNow.micros + 1}}};
  EXPECT_EQ(history, expected);
}

OrderStoreAdapter on_sql(Stage stage, sql::Engine engine = sql::Engine::Sqlite) {
  const std::string name = engine == sql::Engine::Postgres ? "postgresql_" : "sql_";
  return {name + name_of(stage), [stage, engine] {
            struct Base {
              Base(Stage at, sql::Engine on) : database(at, on) {}
              SampleDatabase database;
              recordshop::ModuleDatabases modules = database.modules();
            };
            auto base = std::make_shared<Base>(stage, engine);
            auto store = ::orders::make_soci_order_store(base->modules.orders);
            return OrderStoreInPlace{std::move(base), std::move(store)};
          }};
}

INSTANTIATE_TEST_SUITE_P(Adapters, OrderStoreContract,
                         testing::Values(OrderStoreAdapter{"memory",
                                                           [] {
                                                             return OrderStoreInPlace{
                                                                 nullptr,
                                                                 ::orders::make_memory_order_store(
                                                                     system_clock())};
                                                           }},
                                         on_sql(Stage::Shared), on_sql(Stage::Expanded),
                                         on_sql(Stage::Separated),
                                         on_sql(Stage::Shared, sql::Engine::Postgres),
                                         on_sql(Stage::Separated, sql::Engine::Postgres)),
                         print_name);

TEST(OrdersSeparation, GoesOnUnderRunningCodeAndKeepsTheHistory) {
  SampleDatabase database;
  const recordshop::ModuleDatabases modules = database.modules();
  const auto store = ::orders::make_soci_order_store(modules.orders);
  const OrderWithSaga fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store->write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());
  const auto journal = [&](OrderState state) {
    ASSERT_THAT(store->write(any_context(),
                             [&](OrdersWriting& rows) -> Result<void> {
                               rows.journal(id, state, kNow);
                               return {};
                             }),
                Succeeds());
  };

  database.advance_to(Stage::Expanded);
  journal(OrderState::Reserved);
  database.advance_to(Stage::Separated);
  journal(OrderState::Paid);

  const auto history =
      store->read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  EXPECT_EQ(history.size(), 3U);
  EXPECT_EQ(
      store->read(any_context(), [&](OrdersReading& rows) { return rows.find(id)->order.data(); }),
      fresh.order.data());
}

}  // namespace
}  // namespace banyan::contract
