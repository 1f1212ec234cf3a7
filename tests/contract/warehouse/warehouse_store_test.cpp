// SPDX-License-Identifier: Apache-2.0
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "contract/warehouse/warehouse_store_contract.hpp"
#include "contract/worlds.hpp"
#include "persistence/memory_warehouse.hpp"
#include "persistence/sql_warehouse.hpp"

namespace banyan::contract {
namespace {

using ::warehouse::Movement;
using ::warehouse::MovementKind;
using ::warehouse::Reservation;
using ::warehouse::ReservationState;
using ::warehouse::WarehouseReading;
using ::warehouse::WarehouseWriting;

constexpr Timestamp kNow{1'750'000'000'000'000};

TEST_P(WarehouseStoreContract, HoldsOnlyWhatIsAvailable) {
  const auto& track = sample_shop().track(kFive);
  const auto held = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<int> {
    return rows.hold(track, 3) + rows.hold(track, 3) + rows.hold(track, 2);
  });

  ASSERT_THAT(held, Succeeds());
  EXPECT_EQ(*held, 2);
  const auto stock =
      store().read(any_context(), [&](WarehouseReading& rows) { return rows.stock(track); });
  EXPECT_EQ(stock, (::warehouse::Stock{track, 5, 5, 0}));
}

TEST_P(WarehouseStoreContract, GivesBackAndSells) {
  const auto& track = sample_shop().track(kFive);
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.hold(track, 4));
    rows.give_back(track, 1);
    rows.sell(track, 2);
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  const auto stock =
      store().read(any_context(), [&](WarehouseReading& rows) { return rows.stock(track); });
  EXPECT_EQ(stock, (::warehouse::Stock{track, 3, 1, 2}));
}

TEST_P(WarehouseStoreContract, UndoesAUnitOfWorkThatFails) {
  const auto& track = sample_shop().track(kFive);
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.hold(track, 4));
    EXPECT_TRUE(rows.add(Reservation{sample_shop().order(0), ReservationState::Held, {}}, kNow));
    rows.journal({"cause", MovementKind::Held, track, 4, kNow});
    return fail(ErrorCode::Conflict, "test.failed", "on purpose");
  });

  ASSERT_THAT(done, BreaksRule("test.failed"));
  store().read(any_context(), [&](WarehouseReading& rows) {
    EXPECT_EQ(rows.stock(track), (::warehouse::Stock{track, 5, 0, 5}));
    EXPECT_EQ(rows.reservation(sample_shop().order(0)), std::nullopt);
    EXPECT_EQ(rows.movements(track).size(), 1U);  // what it opened with
    return 0;
  });
}

TEST_P(WarehouseStoreContract, DoesNotBeginAfterTheDeadline) {
  const auto done =
      store().write(Context::begin(std::chrono::milliseconds(0), system_clock(), system_random()),
                    [&](WarehouseWriting& /*rows*/) -> Result<void> { return {}; });

  EXPECT_THAT(done, BreaksRule("banyan.write_not_begun"));
}

TEST_P(WarehouseStoreContract, KeepsReservationsWithTheirLinesAndStates) {
  const Reservation held{sample_shop().order(0),
                         ReservationState::Held,
                         {{sample_shop().track(kPlenty), 2}, {sample_shop().track(kFive), 1}}};
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.add(held, kNow));
    EXPECT_EQ(rows.reservation(held.order), held);
    rows.set_state(held.order, ReservationState::Confirmed, kNow);
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  const auto found = store().read(
      any_context(), [&](WarehouseReading& rows) { return rows.reservation(held.order); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->state, ReservationState::Confirmed);
  EXPECT_EQ(found->lines, held.lines);
}

TEST_P(WarehouseStoreContract, KeepsDeliveries) {
  const ::warehouse::Delivery delivery{"key", sample_shop().track(kFive), 3, 8, 1, kNow};
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    EXPECT_EQ(rows.delivery("key"), std::nullopt);
    rows.add(delivery);
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  EXPECT_EQ(
      store().read(any_context(), [&](WarehouseReading& rows) { return rows.delivery("key"); }),
      delivery);
}

TEST_P(WarehouseStoreContract, ReceivesWhatIsNewAndWhatIsThere) {
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    EXPECT_TRUE(rows.receive(sample_shop().track(kNotStocked), 4));
    EXPECT_TRUE(rows.receive(sample_shop().track(kFive), 1));
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  store().read(any_context(), [&](WarehouseReading& rows) {
    EXPECT_EQ(rows.stock(sample_shop().track(kNotStocked))->on_hand, 4);
    EXPECT_EQ(rows.stock(sample_shop().track(kFive))->on_hand, 6);
    return 0;
  });
}

TEST_P(WarehouseStoreContract, JournalsMovementsInTheOrderOfTime) {
  const auto& track = sample_shop().track(kFive);
  const Movement held{"order", MovementKind::Held, track, 2, kNow};
  const Movement sold{"order", MovementKind::Sold, track, 2, {kNow.micros + 1}};
  const auto done = store().write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
    rows.journal(held);
    rows.journal(sold);
    return {};
  });

  ASSERT_THAT(done, Succeeds());
  const auto movements =
      store().read(any_context(), [&](WarehouseReading& rows) { return rows.movements(track); });
  ASSERT_EQ(movements.size(), 3U);
  EXPECT_EQ(movements[0].kind, MovementKind::Received);
  EXPECT_EQ(movements[0].quantity, 5);
  EXPECT_EQ(movements[1], held);
  EXPECT_EQ(movements[2], sold);
}

WarehouseStoreAdapter on_sql(Stage stage, sql::Engine engine = sql::Engine::Sqlite) {
  const std::string name = engine == sql::Engine::Postgres ? "postgresql_" : "sql_";
  return {name + name_of(stage), [stage, engine] {
            struct Base {
              Base(Stage at, sql::Engine on) : database(at, on) {}
              SampleDatabase database;
              recordshop::ModuleDatabases modules = database.modules();
            };
            auto base = std::make_shared<Base>(stage, engine);
            auto store = ::warehouse::make_soci_warehouse_store(base->modules.warehouse);
            return StoreInPlace{std::move(base), std::move(store)};
          }};
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, WarehouseStoreContract,
    testing::Values(WarehouseStoreAdapter{"memory",
                                          [] {
                                            return StoreInPlace{
                                                nullptr, ::warehouse::make_memory_warehouse_store(
                                                             sample_shop().stock, system_clock())};
                                          }},
                    on_sql(Stage::Shared), on_sql(Stage::Expanded), on_sql(Stage::Separated)),
    print_name);

TEST(WarehouseSeparation, GoesOnUnderRunningCodeAndKeepsTheJournal) {
  SampleDatabase database;
  const recordshop::ModuleDatabases modules = database.modules();
  const auto store = ::warehouse::make_soci_warehouse_store(modules.warehouse);
  const auto& track = sample_shop().track(kFive);
  std::int64_t at = kNow.micros;
  const auto hold_one = [&](const std::string& cause) {
    const auto done = store->write(any_context(), [&](WarehouseWriting& rows) -> Result<void> {
      EXPECT_TRUE(rows.hold(track, 1));
      rows.journal({cause, MovementKind::Held, track, 1, {++at}});
      return {};
    });
    EXPECT_THAT(done, Succeeds());
  };

  hold_one("while shared");
  database.advance_to(Stage::Expanded);
  hold_one("while expanded");
  database.advance_to(Stage::Separated);
  hold_one("while separated");

  store->read(any_context(), [&](WarehouseReading& rows) {
    const auto movements = rows.movements(track);
    EXPECT_EQ(movements.size(), 4U);
    EXPECT_EQ(rows.stock(track), (::warehouse::Stock{track, 5, 3, 2}));
    EXPECT_EQ(movements.at(1).cause, "while shared");
    EXPECT_EQ(movements.at(3).cause, "while separated");
    return 0;
  });
}

TEST(WarehouseSeparation, FreesReservationsFromOrdersThatAreElsewhere) {
  SampleDatabase database;
  const recordshop::ModuleDatabases modules = database.modules();
  const auto store = ::warehouse::make_soci_warehouse_store(modules.warehouse);
  const auto add = [&](WarehouseWriting& rows) -> Result<bool> {
    return rows.add(Reservation{no_such_order(), ReservationState::Released, {}}, kNow);
  };

  const auto shared = store->write(any_context(), add);
  database.advance_to(Stage::Separated);
  const auto separated = store->write(any_context(), add);

  ASSERT_THAT(shared, Succeeds());
  ASSERT_THAT(separated, Succeeds());
  EXPECT_FALSE(*shared);
  EXPECT_TRUE(*separated);
}

}  // namespace
}  // namespace banyan::contract
