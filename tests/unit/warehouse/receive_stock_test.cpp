// SPDX-License-Identifier: Apache-2.0
// Deliveries that are announced once more when the ledger has forgotten their keys.
#include <gtest/gtest.h>

#include "application/use_cases.hpp"
#include "catalog/module.hpp"
#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_shop.hpp"
#include "persistence/memory_warehouse.hpp"

namespace warehouse {
namespace {

using banyan::contract::any_context;
using banyan::contract::keyed;
using banyan::contract::kFive;
using banyan::contract::sample_shop;

class AnnouncedDelivery : public testing::Test {
 protected:
  banyan::Result<Stock> announced_by(const std::string& who, std::int64_t quantity = 7) {
    banyan::Context context = keyed("delivery-1");
    context.principal = who;
    return receive_stock(use_case_, {sample_shop().track(kFive), quantity}, context);
  }
  /// As a version before has written it down: with the key alone.
  banyan::Result<void> was_booked_by_a_version_before() {
    return store_->write(any_context(), [&](WarehouseWriting& warehouse) -> banyan::Result<void> {
      const TrackId& track = sample_shop().track(kFive);
      (void)warehouse.receive(track, 7);
      warehouse.add(Delivery{"delivery-1", track, 7, 12, 0, banyan::system_clock().now()});
      return {};
    });
  }
  std::int64_t on_hand() {
    return get_stock(use_case_, {sample_shop().track(kFive)}, any_context())->on_hand;
  }

  std::unique_ptr<catalog::Catalog> catalog_ =
      catalog::make_memory_catalog(sample_shop().catalog(), banyan::contract::real_environment());
  std::unique_ptr<WarehouseStore> store_ =
      make_memory_warehouse_store(sample_shop().stock, banyan::system_clock());
  UseCaseContext use_case_{*store_, *catalog_, banyan::system_clock()};
};

TEST_F(AnnouncedDelivery, OfAVersionBeforeIsBookedOnceForWhoeverRepeatsIt) {
  ASSERT_THAT(was_booked_by_a_version_before(), Succeeds());
  ASSERT_EQ(on_hand(), 12);
  const auto again = announced_by("ann");
  ASSERT_THAT(again, Succeeds());
  EXPECT_EQ(again->on_hand, 12);
  EXPECT_EQ(on_hand(), 12);
  EXPECT_THAT(announced_by("ann", 8), BreaksRule("warehouse.key_reused"));
}

TEST_F(AnnouncedDelivery, OfASupplierIsThatSuppliers) {
  ASSERT_THAT(announced_by("ann"), Succeeds());
  ASSERT_THAT(announced_by("bob"), Succeeds());
  EXPECT_EQ(on_hand(), 19);
  ASSERT_THAT(was_booked_by_a_version_before(), Succeeds());
  ASSERT_THAT(announced_by("ann"), Succeeds());
  EXPECT_EQ(on_hand(), 26) << "a row of their own comes first";
}

}  // namespace
}  // namespace warehouse
