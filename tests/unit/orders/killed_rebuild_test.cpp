// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>

#include "application/names/freshness.hpp"
#include "application/names/names_builder.hpp"
#include "banyan/sql/module_database.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "contract/sample_shop.hpp"
#include "persistence/memory_orders.hpp"
#include "persistence/sql_orders.hpp"
#include "saga_world.hpp"

namespace orders {
namespace {

using banyan::Context;
using banyan::Result;
using banyan::contract::sample_shop;

struct Died {};

/// A store whose process dies at a unit of work: before it is kept, or after.
class MortalStore final : public OrderStore {
 public:
  explicit MortalStore(OrderStore& store) : store_(store) {}

  int units_left = -1;  ///< before the one that it dies at; -1: it lives
  bool dies_before = false;

 private:
  void run_read(const Context& context,
                const std::function<void(OrdersReading&, banyan::UnitOfWork&)>& body) override {
    store_.read(context, [&](OrdersReading& reading, banyan::UnitOfWork& unit) {
      body(reading, unit);
      return 0;
    });
  }
  Result<void> run_write(
      const Context& context,
      const std::function<Result<void>(OrdersWriting&, banyan::UnitOfWork&)>& body) override {
    const bool last = units_left == 0;
    if (units_left >= 0) --units_left;
    if (last && dies_before) throw Died();
    Result<void> done = store_.write(
        context,
        [&](OrdersWriting& writing, banyan::UnitOfWork& unit) { return body(writing, unit); });
    if (last) throw Died();
    return done;
  }

  OrderStore& store_;
};

class KilledRebuildTest : public ::testing::TestWithParam<bool> {
 protected:
  KilledRebuildTest() {
    if (GetParam()) {
      database_ = std::make_unique<banyan::contract::SampleDatabase>(
          banyan::contract::Stage::Shared, banyan::sql::Engine::Sqlite, clock_);
      modules_.emplace(database_->modules());
      store_ = make_soci_order_store(modules_->orders);
    } else {
      store_ = make_memory_order_store(clock_);
    }
    change([](NameRows& names) {
      for (const auto source : kNameSources) names.set_complete_until(std::string(source), {1});
    });
  }

  template <class Change>
  void change(Change change) {
    const auto done =
        store_->write(banyan::contract::any_context(), [&](OrdersWriting& orders) -> Result<void> {
          change(orders.names());
          return {};
        });
    ASSERT_TRUE(done) << done.error().message;
  }

  std::int64_t ask() {
    std::int64_t number = 0;
    change([&](NameRows& names) {
      number = ask_for_names(names, {"somebody", "a test"}, clock_.now());
    });
    return number;
  }

  /// What is there of the generation that is served, by id.
  std::size_t served() {
    return store_->read(banyan::contract::any_context(), [&](OrdersReading& orders) {
      return static_cast<std::size_t>(orders.names().generations().served);
    });
  }
  NamesRebuild rebuild() {
    return store_->read(banyan::contract::any_context(),
                        [](OrdersReading& orders) { return orders.names().rebuild().value(); });
  }

  /// One process, until it has nothing to do or dies.
  bool survives(int units, bool dies_before) {
    MortalStore mortal(*store_);
    mortal.units_left = units;
    mortal.dies_before = dies_before;
    NamesBuilder builder(mortal, *catalog_, *customers_, environment_);
    try {
      builder.round();
      return true;
    } catch (const Died&) {
      return false;
    }
  }

  banyan::ManualClock clock_;
  banyan::SeededRandom random_{7};
  testing::IdleScheduler scheduler_;
  banyan::Environment environment_{clock_, random_, scheduler_};
  std::unique_ptr<banyan::contract::SampleDatabase> database_;
  std::optional<recordshop::ModuleDatabases> modules_;
  std::unique_ptr<OrderStore> store_;
  std::unique_ptr<catalog::Catalog> catalog_ =
      catalog::make_memory_catalog(sample_shop().catalog(), environment_);
  std::unique_ptr<customers::Customers> customers_ =
      customers::make_memory_customers(sample_shop().customers, environment_);
};

TEST_P(KilledRebuildTest, Goes_on_where_it_was_whenever_its_process_dies) {
  for (const bool dies_before : {true, false}) {
    for (int units = 0;; ++units) {
      const std::int64_t number = ask();
      const bool lived = survives(units, dies_before);
      // Whoever was before holds it no longer than its lease.
      clock_.advance(std::chrono::seconds(11));
      ASSERT_TRUE(survives(-1, false));
      const NamesRebuild after = rebuild();
      EXPECT_TRUE(after.ended_at) << units;
      EXPECT_EQ(after.generation, number);
      EXPECT_EQ(after.names, 14) << "no page is counted twice: " << units;
      EXPECT_EQ(served(), static_cast<std::size_t>(number));
      if (lived) {
        EXPECT_GT(units, 3);
        break;
      }
    }
  }
}

TEST_P(KilledRebuildTest, Is_left_to_whoever_is_at_it) {
  ask();
  ASSERT_FALSE(survives(1, false));
  const auto holder = rebuild().holder;
  ASSERT_TRUE(survives(-1, false));
  EXPECT_EQ(rebuild().holder, holder);
  EXPECT_FALSE(rebuild().ended_at);
  clock_.advance(std::chrono::seconds(11));
  ASSERT_TRUE(survives(-1, false));
  EXPECT_TRUE(rebuild().ended_at);
}

INSTANTIATE_TEST_SUITE_P(On, KilledRebuildTest, ::testing::Bool(), [](const auto& each) {
  return std::string(each.param ? "tables" : "memory");
});

}  // namespace
}  // namespace orders
