// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "banyan/binding/port_binding.hpp"
#include "banyan/kit_tables/kit_tables.hpp"
#include "banyan/placement/file_format.hpp"
#include "banyan/sql/module_database.hpp"
#include "banyan/sqlite/connection.hpp"
#include "banyan/test/temporary_folder.hpp"
#include "catalog/module.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/orders/neighbours.hpp"
#include "contract/port_under_test.hpp"
#include "data/shop_database.hpp"
#include "orders/module.hpp"
#include "warehouse/module.hpp"

namespace banyan::contract {
namespace {

/// A database of the version before, see tests/data/first_format.
class FirstFormat : public testing::Test {
 protected:
  FirstFormat() {
    for (const char* name : {"shop.db", "shop.warehouse.db"}) {
      std::filesystem::copy_file(std::filesystem::path(BANYAN_FIRST_FORMAT) / name,
                                 folder_.path() / name);
    }
  }
  std::filesystem::path file() const { return folder_.path() / "shop.db"; }

  test::TemporaryFolder folder_;
};

orders::Needs needs(catalog::Catalog& catalog, warehouse::Warehouse& warehouse,
                    ::orders::testing::Neighbours& others) {
  return {catalog, others.customers_port, warehouse, others.payments_port, others.shipping_port};
}

TEST_F(FirstFormat, OpensAndGoesOn) {
  recordshop::ShopDatabase shop(file(), system_clock());
  const auto modules = shop.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  ::orders::testing::Neighbours others;
  const auto orders =
      orders::make_orders(needs(*catalog, *warehouse, others), modules.orders, real_environment());
  const auto once =
      binding::PortBinding<orders::Orders>::once(*orders, modules.orders.ledger(), system_clock());
  const auto port = bind_in_process(*once, no_observer(), system_clock());

  const auto page = port->handle(orders::ListOrders{.limit = 1}, any_context());
  ASSERT_THAT(page, Succeeds());
  const auto old = port->handle(orders::GetOrder{page->orders.at(0).id}, any_context());
  ASSERT_THAT(old, Succeeds());
  // The warehouse has moved out, and is found where it is.
  EXPECT_THAT(warehouse->handle(warehouse::GetStock{old->lines.at(0).track}, any_context()),
              Succeeds());

  // A repetition of a request from before the ledger.
  orders::PlaceOrder request{old->customer, {{old->lines.at(0).track, old->lines.at(0).quantity}}};
  const auto again = port->handle(request, keyed("before-the-ledger"));
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->id, old->id);
  request.lines.at(0).quantity += 1;
  EXPECT_THAT(port->handle(request, keyed("before-the-ledger")), BreaksRule("orders.key_reused"));

  EXPECT_THAT(port->handle(request, keyed("a-new-key")), Succeeds());
}

// Its leases and waits are times of day, here of a clock that was a day ahead.
TEST_F(FirstFormat, GoesOnWithSagasThatWereInFlight) {
  constexpr int kOrders = 4;
  {
    const auto database = sqlite::Connection::open(file(), sqlite::OpenMode::Write);
    const std::int64_t tomorrow = system_clock().now().micros + 86'400'000'000;
    for (int i = 0; i < kOrders; ++i) {
      const std::string id = "'ord_01a223b78f757f99b113e7711799a0" + std::to_string(10 + i) + '\'';
      const std::string at = std::to_string(tomorrow);
      for (const std::string& sql :
           {"INSERT INTO orders SELECT " + id +
                ", customer_id, 'placed', NULL, total_minor,"
                " currency, placed_at, changed_at FROM orders ORDER BY id DESC LIMIT 1",
            "INSERT INTO order_lines SELECT " + id +
                ", position, track_id, title, quantity,"
                " unit_price_minor FROM order_lines WHERE order_id ="
                " 'ord_01a223b78f757f99b113e771799a35d0'",
            "INSERT INTO order_sagas VALUES (" + id + ", 'confirm', 'active', 0, " + at +
                ", 'somebody', " + at + ", NULL, 'correlation')",
            "INSERT INTO order_saga_steps VALUES (" + id +
                ", 0, 'reserve_stock', 'release_reservation', 'saga:' || " + id +
                " || ':reserve', 'pending')",
            "INSERT INTO order_saga_steps VALUES (" + id +
                ", 1, 'confirm_reservation', NULL, 'saga:' || " + id +
                " || ':confirm',"
                " 'pending')"}) {
        database.run(sql);
      }
    }
  }
  recordshop::ShopDatabase shop(file(), system_clock());
  const auto modules = shop.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  ::orders::testing::Neighbours others;
  const auto orders =
      orders::make_orders(needs(*catalog, *warehouse, others), modules.orders, real_environment(),
                          {.poll_interval = std::chrono::milliseconds(2)});
  const Context patient = Context::begin(std::chrono::seconds(60), system_clock(), system_random());
  const auto in_progress = [&] {
    const auto page = orders->handle(orders::ListOrders{}, patient);
    return std::ranges::count(page->orders, orders::Fulfilment::InProgress,
                              &orders::OrderSummary::fulfilment);
  };
  while (in_progress() > 0 && !patient.expired(system_clock())) std::this_thread::yield();
  const auto page = orders->handle(orders::ListOrders{}, patient);
  ASSERT_THAT(page, Succeeds());
  EXPECT_EQ(
      std::ranges::count(page->orders, orders::OrderState::Delivered, &orders::OrderSummary::state),
      kOrders + 3);
  // They were begun without payments, and ended so.
  EXPECT_EQ(others.payments.taken(), 0);
  for (const orders::OrderSummary& each : page->orders) {
    EXPECT_EQ(each.fulfilment, orders::Fulfilment::Done);
  }
}

TEST_F(FirstFormat, IsMarkedWhenItWasOpened) {
  {
    const recordshop::ShopDatabase shop(file(), system_clock());
  }
  const auto database = sqlite::Connection::open(file(), sqlite::OpenMode::Read);
  EXPECT_EQ(database.application_id(), placement::kApplicationId);
  EXPECT_EQ(database.user_version(), kit_tables::kFormat);
}

TEST_F(FirstFormat, IsRefusedOnceANewerProgramHasWrittenIt) {
  {
    const recordshop::ShopDatabase shop(file(), system_clock());
  }
  sqlite::Connection::open(file(), sqlite::OpenMode::Write).set_user_version(99);
  try {
    const recordshop::ShopDatabase shop(file(), system_clock());
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("newer version of Banyan (format 99"));
  }
}

}  // namespace
}  // namespace banyan::contract
