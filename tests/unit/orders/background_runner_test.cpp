// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <thread>

#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "saga_world.hpp"

namespace orders::testing {
namespace {

using banyan::contract::any_context;
using banyan::contract::keyed;
using banyan::contract::kFive;
using banyan::contract::kPlenty;
using banyan::contract::real_environment;
using banyan::contract::sample_shop;
using banyan::contract::some_customer;

constexpr SagaPolicy kImpatient{.first_backoff = std::chrono::milliseconds(5),
                                .longest_backoff = std::chrono::milliseconds(20),
                                .max_attempts = 1'000,
                                .poll_interval = std::chrono::milliseconds(2)};

/// Waits for an order to be done.
OrderDetails finished(Orders& orders, const OrderId& id) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (true) {
    OrderDetails order = orders.handle(GetOrder{id}, any_context()).value();
    if (order.fulfilment == Fulfilment::Done || std::chrono::steady_clock::now() > end) {
      return order;
    }
    std::this_thread::yield();
  }
}

std::string name_of_engine(const ::testing::TestParamInfo<banyan::sql::Engine>& engine) {
  return std::string(to_string(engine.param));
}

class BackgroundRunner : public ::testing::TestWithParam<banyan::sql::Engine> {};

INSTANTIATE_TEST_SUITE_P(Engines, BackgroundRunner,
                         ::testing::Values(banyan::sql::Engine::Sqlite,
                                           banyan::sql::Engine::Postgres),
                         name_of_engine);

TEST_P(BackgroundRunner, FinishesInTheNextProcessWhatTheLastOneLeft) {
  banyan::contract::SampleDatabase database(banyan::contract::Stage::Shared, GetParam());
  recordshop::ModuleDatabases modules = database.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  Troubles troubles{.always_unreachable = true};
  FaultyWarehouse unreachable(WithTroubles(*warehouse, troubles));
  OrderId id;
  {
    const auto orders =
        make_orders({*catalog, unreachable}, modules.orders, real_environment(), kImpatient);
    const auto placed = orders->handle(
        PlaceOrder{some_customer(), {{sample_shop().track(kFive), 2}}}, keyed("key"));
    ASSERT_THAT(placed, Succeeds());
    ASSERT_EQ(placed->state, OrderState::Placed);
    id = placed->id;
  }

  const auto orders =
      make_orders({*catalog, *warehouse}, modules.orders, real_environment(), kImpatient);

  EXPECT_EQ(finished(*orders, id).state, OrderState::Confirmed);
  const auto stock =
      warehouse->handle(warehouse::GetStock{sample_shop().track(kFive)}, any_context());
  ASSERT_THAT(stock, Succeeds());
  EXPECT_EQ(stock->on_hand, 3);
  EXPECT_EQ(stock->reserved, 0);
}

TEST_P(BackgroundRunner, OfTwoProcessesOnOneDatabaseSellsEachOrderOnce) {
  banyan::contract::SampleDatabase database(banyan::contract::Stage::Shared, GetParam());
  recordshop::ModuleDatabases modules = database.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  Troubles troubles{.always_unreachable = true};
  FaultyWarehouse unreachable(WithTroubles(*warehouse, troubles));
  std::vector<OrderId> ids;
  {
    const auto orders = make_orders({*catalog, unreachable}, modules.orders, real_environment(),
                                    {.poll_interval = std::chrono::hours(1)});
    for (int i = 0; i < 20; ++i) {
      const auto placed =
          orders->handle(PlaceOrder{some_customer(), {{sample_shop().track(kPlenty), 1}}},
                         keyed("key " + std::to_string(i)));
      ASSERT_THAT(placed, Succeeds());
      ids.push_back(placed->id);
    }
  }

  const auto one =
      make_orders({*catalog, *warehouse}, modules.orders, real_environment(), kImpatient);
  const auto two =
      make_orders({*catalog, *warehouse}, modules.orders, real_environment(), kImpatient);

  for (const OrderId& id : ids) EXPECT_EQ(finished(*one, id).state, OrderState::Confirmed);
  const auto stock =
      warehouse->handle(warehouse::GetStock{sample_shop().track(kPlenty)}, any_context());
  ASSERT_THAT(stock, Succeeds());
  EXPECT_EQ(stock->on_hand, 80);
  EXPECT_EQ(stock->reserved, 0);
}

/// Many orders and cancellations, with trouble at every third call: in the end the stock agrees
/// with the orders.
class Ledger : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Ledger, AgreesWithTheOrdersWhateverWentWrong) {
  SagaWorld world(false);
  banyan::SeededRandom dice(GetParam());
  constexpr int kCalls = 400;
  for (int call = 0; call < kCalls; ++call) {
    if (dice.next() % 3 == 0) world.troubles.at[call] = static_cast<Trouble>(dice.next() % 4);
  }
  const auto survive = [](auto&& body) {
    try {
      body();
    } catch (const ProcessDied&) {
    }
  };
  for (int i = 0; i < 60; ++i) {
    const auto track = dice.next() % 4 == 0 ? kFive : kPlenty;
    survive([&] {
      const auto placed = world.place("key " + std::to_string(i), 1 + i % 3, track);
      if (placed && dice.next() % 3 == 0) (void)world.cancel(placed->id).has_value();
    });
    world.clock.advance(std::chrono::milliseconds(50));
    survive([&] { world.run_once(); });
  }
  constexpr int kEnough = 400;
  for (int round = 0; round < kEnough; ++round) {
    world.clock.advance(world.policy.longest_backoff + world.policy.lease);
    survive([&] { world.run_once(); });
  }

  std::map<TrackId, std::int64_t> sold;
  world.store().read(world.context(), [&](OrdersReading& orders) {
    for (const OrderSummary& each : orders.page(std::nullopt, "", 1'000)) {
      const Order::Data order = orders.find(each.id)->order.data();
      EXPECT_EQ(each.fulfilment, Fulfilment::Done) << each.id.str();
      if (order.state != OrderState::Confirmed) continue;
      for (const OrderLine& line : order.lines) sold[line.track] += line.quantity;
    }
    return 0;
  });
  EXPECT_EQ(world.stock(kPlenty).on_hand, 100 - sold[sample_shop().track(kPlenty)]);
  EXPECT_EQ(world.stock(kFive).on_hand, 5 - sold[sample_shop().track(kFive)]);
  EXPECT_EQ(world.stock(kPlenty).reserved, 0);
  EXPECT_EQ(world.stock(kFive).reserved, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Ledger, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace orders::testing
