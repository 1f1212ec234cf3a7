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

/// A shop whose warehouse and orders are in a database, and what makes orders its own processes.
struct Shop {
  explicit Shop(banyan::sql::Engine engine) : database(banyan::contract::Stage::Shared, engine) {}

  std::unique_ptr<Orders> process(const SagaPolicy& policy) {
    return make_orders({*catalog, customers_port, faulty_warehouse, payments_port, shipping_port},
                       modules.orders, real_environment(), policy);
  }
  warehouse::Stock stock(banyan::contract::Sample track) {
    return warehouse->handle(warehouse::GetStock{sample_shop().track(track)}, any_context())
        .value();
  }

  banyan::contract::SampleDatabase database;
  recordshop::ModuleDatabases modules = database.modules();
  Troubles troubles;
  SomeCustomers customers;
  SomePayments payments;
  SomeShipping shipping;
  std::unique_ptr<catalog::Catalog> catalog =
      catalog::make_catalog({}, modules.catalog, real_environment());
  std::unique_ptr<warehouse::Warehouse> warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  Faulty<warehouse::Warehouse> faulty_warehouse{
      WithTroubles<warehouse::Warehouse>(*warehouse, troubles)};
  NeighbourPort<customers::Customers, SomeCustomers> customers_port{
      Neighbour<customers::Customers, SomeCustomers>(customers)};
  NeighbourPort<payments::Payments, SomePayments> payments_port{
      Neighbour<payments::Payments, SomePayments>(payments)};
  NeighbourPort<shipping::Shipping, SomeShipping> shipping_port{
      Neighbour<shipping::Shipping, SomeShipping>(shipping)};
};

constexpr SagaPolicy kDoesNothing{.poll_interval = std::chrono::hours(1), .workers = 0};

TEST_P(BackgroundRunner, FinishesInTheNextProcessWhatTheLastOneLeft) {
  Shop shop(GetParam());
  shop.troubles.always_unreachable = true;
  OrderId id;
  {
    const auto orders = shop.process(kDoesNothing);
    const auto placed = orders->handle(
        PlaceOrder{some_customer(), {{sample_shop().track(kFive), 2}}, std::nullopt}, keyed("key"));
    ASSERT_THAT(placed, Succeeds());
    ASSERT_EQ(placed->state, OrderState::Placed);
    id = placed->id;
  }
  shop.troubles.always_unreachable = false;
  const auto orders = shop.process(kImpatient);

  EXPECT_EQ(finished(*orders, id).state, OrderState::Paid);
  EXPECT_EQ(shop.stock(kFive).on_hand, 3);
  EXPECT_EQ(shop.stock(kFive).reserved, 0);
}

TEST_P(BackgroundRunner, OfTwoProcessesOnOneDatabaseSellsEachOrderOnce) {
  Shop shop(GetParam());
  shop.troubles.always_unreachable = true;
  std::vector<OrderId> ids;
  std::int64_t total = 0;
  {
    const auto orders = shop.process(kDoesNothing);
    for (int i = 0; i < 20; ++i) {
      const auto placed = orders->handle(
          PlaceOrder{some_customer(), {{sample_shop().track(kPlenty), 1}}, std::nullopt},
          keyed("key " + std::to_string(i)));
      ASSERT_THAT(placed, Succeeds());
      ids.push_back(placed->id);
      total += placed->total.minor_units;
    }
  }
  shop.troubles.always_unreachable = false;
  const auto one = shop.process(kImpatient);
  const auto two = shop.process(kImpatient);

  for (const OrderId& id : ids) EXPECT_EQ(finished(*one, id).state, OrderState::Paid);
  EXPECT_EQ(shop.stock(kPlenty).on_hand, 80);
  EXPECT_EQ(shop.stock(kPlenty).reserved, 0);
  EXPECT_EQ(shop.payments.taken(), total);
}

TEST_P(BackgroundRunner, RefusesToStartBesideSagasThatItDoesNotKnow) {
  Shop shop(GetParam());
  {
    const auto store = make_soci_order_store(shop.modules.orders);
    ASSERT_THAT(store->write(any_context(),
                             [](OrdersWriting& orders) -> banyan::Result<void> {
                               banyan::SagaRecord saga;
                               banyan::SeededRandom random(1);
                               saga.id = banyan::SagaId::make({1}, random);
                               saga.name = "place_order";
                               saga.version = 99;
                               saga.subject = "ord_of_a_later_version";
                               orders.sagas().add(banyan::SagaInstance(saga));
                               return {};
                             }),
                Succeeds());
  }
  try {
    (void)shop.process(kImpatient);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("place_order version 99"));
  }
}

/// Many orders and cancellations, with trouble at every third call: in the end the stock agrees
/// with the orders.
class Ledger : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Ledger, AgreesWithTheOrdersWhateverWentWrong) {
  SagaWorld world(false);
  banyan::SeededRandom dice(GetParam());
  constexpr int kCalls = 800;
  for (int call = 0; call < kCalls; ++call) {
    if (dice.next() % 3 == 0) world.troubles.at[call] = static_cast<Trouble>(dice.next() % 5);
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
  constexpr int kEnough = 200;
  for (int round = 0; round < kEnough; ++round) {
    world.clock.advance(world.policy.longest_backoff + world.policy.lease);
    survive([&] { world.run_once(); });
  }

  world.troubles.deliver_late();

  std::map<TrackId, std::int64_t> sold;
  std::int64_t paid = 0;
  world.store().read(world.context(), [&](OrdersReading& orders) {
    for (const OrderSummary& each : orders.page(std::nullopt, "", 1'000)) {
      const Order::Data order = orders.find(each.id)->order.data();
      EXPECT_EQ(each.fulfilment, Fulfilment::Done) << each.id.str();
      if (order.state != OrderState::Paid) continue;
      paid += order.total.minor_units;
      for (const OrderLine& line : order.lines) sold[line.track] += line.quantity;
    }
    return 0;
  });
  EXPECT_EQ(world.payments.taken(), paid);
  EXPECT_EQ(world.payments.held(), 0U);
  EXPECT_EQ(world.stock(kPlenty).on_hand, 100 - sold[sample_shop().track(kPlenty)]);
  EXPECT_EQ(world.stock(kFive).on_hand, 5 - sold[sample_shop().track(kFive)]);
  EXPECT_EQ(world.stock(kPlenty).reserved, 0);
  EXPECT_EQ(world.stock(kFive).reserved, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Ledger, ::testing::Range<std::uint64_t>(1, 9));

}  // namespace
}  // namespace orders::testing
