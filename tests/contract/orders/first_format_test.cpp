// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <filesystem>

#include "binding/wire.hpp"
#include "catalog/module.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "data/shop_database.hpp"
#include "orders/module.hpp"
#include "placement/file_format.hpp"
#include "sql/module_database.hpp"
#include "sqlite/connection.hpp"
#include "support/temporary_folder.hpp"
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

TEST_F(FirstFormat, OpensAndGoesOn) {
  recordshop::ShopDatabase shop(file());
  const auto modules = shop.modules();
  const auto catalog = catalog::make_catalog({}, modules.catalog, real_environment());
  const auto warehouse =
      warehouse::make_warehouse({*catalog}, modules.warehouse, real_environment());
  const auto orders =
      orders::make_orders({*catalog, *warehouse}, modules.orders, real_environment());
  const auto once = binding::Wire<orders::Orders>::once(*orders, modules.orders.ledger());
  const auto port = bind_in_process(*once, no_observer());

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

TEST_F(FirstFormat, IsMarkedWhenItWasOpened) {
  {
    const recordshop::ShopDatabase shop(file());
  }
  const auto database = sqlite::Connection::open(file(), sqlite::OpenMode::Read);
  EXPECT_EQ(database.application_id(), placement::kApplicationId);
  EXPECT_EQ(database.user_version(), placement::kFormat);
}

TEST_F(FirstFormat, IsRefusedOnceANewerProgramHasWrittenIt) {
  {
    const recordshop::ShopDatabase shop(file());
  }
  sqlite::Connection::open(file(), sqlite::OpenMode::Write).set_user_version(99);
  try {
    const recordshop::ShopDatabase shop(file());
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("newer version of Banyan (format 99"));
  }
}

}  // namespace
}  // namespace banyan::contract
