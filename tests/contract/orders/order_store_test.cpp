// SPDX-License-Identifier: Apache-2.0
#include "contract/matchers.hpp"
#include "contract/orders/order_store_contract.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "contract/worlds.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/soci_orders.hpp"

namespace banyan::contract {
namespace {

using ::orders::Action;
using ::orders::Attempt;
using ::orders::Case;
using ::orders::Order;
using ::orders::OrdersReading;
using ::orders::OrderState;
using ::orders::OrdersWriting;
using ::orders::Outcome;
using ::orders::Saga;
using ::orders::SagaPolicy;

constexpr Timestamp kNow{1'750'000'000'000'000};

Case a_case(std::uint64_t number, Timestamp at = kNow) {
  SeededRandom random(number);
  const auto& shop = sample_shop();
  Order order = Order::place(::orders::OrderId::make(at, random), some_customer(number),
                             {{shop.track(kFive), "Crossing the Meadow", 2, {129, "EUR"}},
                              {shop.track(kPlenty), "River Song", 1, {99, "EUR"}}},
                             at)
                    .value();
  Saga saga = Saga::begin(order.data().id, "correlation", at);
  return {std::move(order), std::move(saga)};
}

Result<void> add(OrdersWriting& rows, const Case& each) {
  rows.add(each);
  rows.journal(each.order.data().id, OrderState::Placed, each.order.data().placed_at);
  return {};
}

TEST_P(OrderStoreContract, FindsWhatWasAdded) {
  const Case fresh = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, fresh); }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const auto found = rows.find(fresh.order.data().id);
    EXPECT_TRUE(found);
    EXPECT_EQ(found->order.data(), fresh.order.data());
    EXPECT_EQ(found->saga.data(), fresh.saga.data());
    return 0;
  });
}

TEST_P(OrderStoreContract, KeepsEveryChangeOfAnOrderAndItsSaga) {
  Case changing = a_case(1);
  ASSERT_THAT(store().write(any_context(), [&](auto& rows) { return add(rows, changing); }),
              Succeeds());
  const SagaPolicy policy;
  const std::vector<Attempt> attempts = {{Action::ReserveStock, Outcome::NoAnswer, "nobody there"},
                                         {Action::ReserveStock, Outcome::Done, ""},
                                         {Action::ConfirmReservation, Outcome::Nonsense, "odd"},
                                         {Action::ConfirmReservation, Outcome::Done, ""}};

  for (const Attempt& attempt : attempts) {
    changing.saga.resume(kNow);
    changing.saga.lease("me", kNow, policy);
    changing.saga.take(attempt, changing.order, {kNow.micros + 1}, policy, 7);
    ASSERT_THAT(store().write(any_context(),
                              [&](OrdersWriting& rows) -> Result<void> {
                                rows.save(changing);
                                return {};
                              }),
                Succeeds());
    const auto found = store().read(
        any_context(), [&](OrdersReading& rows) { return rows.find(changing.order.data().id); });
    ASSERT_TRUE(found);
    EXPECT_EQ(found->order.data(), changing.order.data());
    EXPECT_EQ(found->saga.data(), changing.saga.data());
  }
  EXPECT_EQ(changing.order.data().state, OrderState::Confirmed);
}

TEST_P(OrderStoreContract, AddsNothingWhenTheUnitOfWorkFails) {
  const Case fresh = a_case(1);
  const auto failed = store().write(any_context(), [&](OrdersWriting& rows) -> Result<void> {
    rows.add(fresh);
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  ASSERT_THAT(failed, BreaksRule("test.failed"));
  store().read(any_context(), [&](OrdersReading& rows) {
    EXPECT_FALSE(rows.find(fresh.order.data().id));
    return 0;
  });
}

TEST_P(OrderStoreContract, NamesTheSagasThatAreDueLongestWaitingFirst) {
  const SagaPolicy policy;
  const Case old = a_case(1, {kNow.micros - 5});
  const Case recent = a_case(2, {kNow.micros - 1});
  const Case future = a_case(3, {kNow.micros + 5});
  Case leased = a_case(4, {kNow.micros - 9});
  leased.saga.lease("somebody", kNow, policy);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              rows.add(recent);
                              rows.add(old);
                              rows.add(future);
                              rows.add(leased);
                              return {};
                            }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const std::vector<::orders::OrderId> both = {old.order.data().id, recent.order.data().id};
    EXPECT_EQ(rows.due(kNow, 10), both);
    EXPECT_EQ(rows.due(kNow, 1).size(), 1U);
    const Timestamp later{leased.saga.data().leased_until.micros};
    EXPECT_EQ(rows.due(later, 10).size(), 4U);
    return 0;
  });
}

TEST_P(OrderStoreContract, WritesTheHistoryInTheOrderOfTime) {
  const Case fresh = a_case(1);
  const auto& id = fresh.order.data().id;
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              if (auto added = add(rows, fresh); !added) return added;
                              rows.journal(id, OrderState::Reserved, kNow);
                              rows.journal(id, OrderState::Confirmed, {kNow.micros + 1});
                              return {};
                            }),
              Succeeds());

  const auto history =
      store().read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  const std::vector<::orders::HistoryEntry> expected = {
      {"placed", kNow}, {"reserved", kNow}, {"confirmed", {kNow.micros + 1}}};
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
  const Case fresh = a_case(1);
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
  journal(OrderState::Confirmed);

  const auto history =
      store->read(any_context(), [&](OrdersReading& rows) { return rows.history(id); });
  EXPECT_EQ(history.size(), 3U);
  EXPECT_EQ(
      store->read(any_context(), [&](OrdersReading& rows) { return rows.find(id)->order.data(); }),
      fresh.order.data());
}

}  // namespace
}  // namespace banyan::contract
