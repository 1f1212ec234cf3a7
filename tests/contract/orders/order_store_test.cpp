// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

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
const LeaseTime kLeaseNow{"a clock", 5'000'000};

Case a_case(std::uint64_t number, Timestamp at = kNow) {
  SeededRandom random(number);
  const auto& shop = sample_shop();
  Order order = Order::place(::orders::OrderId::make(at, random), some_customer(number),
                             {{shop.track(kFive), "Crossing the Meadow", 2, {129, "EUR"}},
                              {shop.track(kPlenty), "River Song", 1, {99, "EUR"}}},
                             at)
                    .value();
  Saga saga = Saga::begin(order.data().id, "correlation");
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
    changing.saga.resume();
    changing.saga.lease("me", kLeaseNow, policy);
    changing.saga.take(attempt, changing.order, {{kNow.micros + 1}, kLeaseNow}, policy, 7);
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

/// A saga that waits until then.
Case waiting(std::uint64_t number, const LeaseTime& until) {
  Case made = a_case(number);
  Saga::Data data = made.saga.data();
  data.waits_until = until;
  return {std::move(made.order), Saga::stored(std::move(data))};
}

TEST_P(OrderStoreContract, NamesTheSagasThatAreDueLongestWaitingFirst) {
  const SagaPolicy policy;
  const auto longest = policy.longest_wait();
  const Case old = waiting(1, {kLeaseNow.clock, kLeaseNow.micros - 5});
  const Case recent = waiting(2, {kLeaseNow.clock, kLeaseNow.micros - 1});
  const Case future = waiting(3, {kLeaseNow.clock, kLeaseNow.micros + 5});
  Case leased = a_case(4);
  leased.saga.lease("somebody", kLeaseNow, policy);
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
    EXPECT_EQ(rows.due(kLeaseNow, longest, 10), both);
    EXPECT_EQ(rows.due(kLeaseNow, longest, 1).size(), 1U);
    EXPECT_EQ(rows.due(kLeaseNow.after(policy.lease), longest, 10).size(), 4U);
    return 0;
  });
}

// The machine was started anew, an older version wrote the row, or a server's clock was put back.
TEST_P(OrderStoreContract, LetsNobodyWaitForATimeThatCannotCome) {
  const auto longest = SagaPolicy().longest_wait();
  const Case other_clock = waiting(1, {"another clock", kLeaseNow.micros + 1});
  const Case no_clock = waiting(2, {});
  const Case waits = waiting(3, kLeaseNow.after(longest));
  const Case too_far = waiting(4, {kLeaseNow.clock, kLeaseNow.after(longest).micros + 1});
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              for (const Case& each : {other_clock, no_clock, waits, too_far}) {
                                rows.add(each);
                              }
                              return {};
                            }),
              Succeeds());

  store().read(any_context(), [&](OrdersReading& rows) {
    const std::vector<::orders::OrderId> in_order = {
        no_clock.order.data().id, other_clock.order.data().id, too_far.order.data().id};
    EXPECT_EQ(rows.due(kLeaseNow, longest, 10), in_order);
    for (const Case& each : {other_clock, no_clock, waits, too_far}) {
      const bool listed = std::ranges::count(in_order, each.order.data().id) == 1;
      EXPECT_EQ(rows.find(each.order.data().id)->saga.due(kLeaseNow, SagaPolicy()), listed);
    }
    return 0;
  });
}

// What a lease is timed by goes on, is the same for all, and is no time of day.
TEST_P(OrderStoreContract, HasAClockForLeasesThatDoesNotGoBack) {
  const auto now = [&] {
    return store().read(any_context(),
                        [](OrdersReading&, UnitOfWork& unit) { return unit.lease_now(); });
  };
  const LeaseTime first = now();
  const auto second = store().write(
      any_context(),
      [](OrdersWriting&, UnitOfWork& unit) -> Result<LeaseTime> { return unit.lease_now(); });
  ASSERT_THAT(second, Succeeds());
  EXPECT_NE(first.clock, "");
  EXPECT_EQ(first.clock, second->clock);
  EXPECT_LE(first.micros, second->micros);
}

TEST_P(OrderStoreContract, KnowsTheOrderThatWasPlacedLast) {
  const auto newest = [&] {
    return store().read(any_context(), [](OrdersReading& rows) { return rows.newest(); });
  };
  const auto before = newest();
  const Case later = a_case(1, {kNow.micros + 10'000'000});
  const Case earlier = a_case(2);
  ASSERT_THAT(store().write(any_context(),
                            [&](OrdersWriting& rows) -> Result<void> {
                              rows.add(later);
                              rows.add(earlier);
                              return {};
                            }),
              Succeeds());
  EXPECT_TRUE(!before || *before < later.order.data().id);
  EXPECT_EQ(newest(), later.order.data().id);
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
