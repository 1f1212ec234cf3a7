// SPDX-License-Identifier: Apache-2.0
// How records get into a shop: in few units of work, and once, also when the loading was broken
// off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/sql/database.hpp"
#include "banyan/test/temporary_database.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "data/generator.hpp"
#include "data/progress_lines.hpp"
#include "data/shop_database.hpp"
#include "support/postgres_server.hpp"

namespace recordshop {
namespace {

using banyan::contract::any_context;
using banyan::sql::DataSource;
using banyan::sql::Engine;
using testing::ElementsAre;

struct BrokenOff : std::runtime_error {
  using std::runtime_error::runtime_error;
};

ShopSize counted(ShopDatabase& shop) {
  const ModuleDatabases of = shop.modules();
  return {catalog::count_artists(of.catalog, any_context()),
          catalog::count_albums(of.catalog, any_context()),
          catalog::count_tracks(of.catalog, any_context()),
          warehouse::count_stock(of.warehouse, any_context()),
          customers::count_customers(of.customers, any_context()),
          orders::count_orders(of.orders, any_context())};
}

std::vector<std::int64_t> numbers(const ShopSize& size) {
  return {size.artists, size.albums, size.tracks, size.stock, size.customers, size.orders};
}

banyan::Result<LoadReport> load(ShopDatabase& shop, const GeneratorOptions& options) {
  return load_shop(*make_generated_data(options), shop.modules(), banyan::system_clock(), {});
}

/// Stores batches until the first one of `last` is stored.
void load_until(ShopDatabase& shop, const GeneratorOptions& options, std::string_view last) {
  const auto stop = [last](const Progress& progress) {
    if (progress.what == last) throw BrokenOff(std::string(last));
  };
  EXPECT_THROW(
      (void)load_shop(*make_generated_data(options), shop.modules(), banyan::system_clock(), stop),
      BrokenOff);
}

class Loading : public testing::TestWithParam<Engine> {
 protected:
  Loading() {
    if (GetParam() == Engine::Sqlite) {
      source_ = {Engine::Sqlite, folder_.path() / "shop.db", {}};
    } else {
      server_.emplace(banyan::test::PostgresServer::shared().make_database());
      source_ = {Engine::Postgres, {}, server_->url()};
    }
  }

  banyan::test::TemporaryFolder folder_{banyan::test::memory_folder()};
  std::optional<banyan::test::PostgresDatabase> server_;
  DataSource source_;
};

// Each commit waits for a disk.
TEST_P(Loading, TakesOneCommitForABatchAndNotForARecord) {
  const GeneratorOptions options{.seed = 1, .tracks = 2'500};
  ShopDatabase shop(source_, banyan::system_clock());
  const auto before = shop.figures().commits;

  ASSERT_THAT(load(shop, options), Succeeds());

  std::uint64_t most = 1;  // the names are asked for
  for (const std::int64_t records : numbers(make_generated_data(options)->size())) {
    most += (static_cast<std::uint64_t>(records) + kBatch - 1) / kBatch;
  }
  EXPECT_LE(shop.figures().commits - before, most);
  EXPECT_LT(most, 10U) << "of more than five thousand records";
}

// As a machine that loses its power does it.
TEST_P(Loading, IsCompletedByTheNextOneWhenItsProcessWasKilled) {
  const GeneratorOptions options{.seed = 1, .tracks = 2'500};
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      ShopDatabase shop(source_, banyan::system_clock());
      (void)load_shop(*make_generated_data(options), shop.modules(), banyan::system_clock(),
                      [](const Progress& progress) {
                        if (progress.what == "tracks") ::kill(::getpid(), SIGKILL);
                      });
    } catch (const std::exception& problem) {
      std::fprintf(stderr, "it was not killed, for it failed: %s\n", problem.what());
    }
    ::_exit(1);
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFSIGNALED(ended));
  const ShopSize whole = make_generated_data(options)->size();
  ShopDatabase shop(source_, banyan::system_clock());
  EXPECT_THAT(numbers(counted(shop)),
              ElementsAre(whole.artists, whole.albums, static_cast<std::int64_t>(kBatch), 0, 0, 0));

  const auto report = load(shop, options);

  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->found, whole.artists + whole.albums + static_cast<std::int64_t>(kBatch));
  EXPECT_EQ(numbers(report->stored), numbers(whole));
  EXPECT_EQ(numbers(counted(shop)), numbers(whole));
  EXPECT_THAT(load(shop, options), BreaksRule("recordshop.already_loaded"));
  EXPECT_EQ(numbers(counted(shop)), numbers(whole));
}

INSTANTIATE_TEST_SUITE_P(Engines, Loading, testing::Values(Engine::Sqlite, Engine::Postgres),
                         [](const auto& engine) { return std::string(to_string(engine.param)); });

class BrokenOffLoading : public testing::Test {
 protected:
  static constexpr GeneratorOptions kFew{.seed = 1, .tracks = 60};
  banyan::test::TemporaryFolder folder_{banyan::test::memory_folder()};
  ShopDatabase shop_{folder_.path() / "shop.db", banyan::system_clock()};
};

TEST_F(BrokenOffLoading, GoesOnWhereverItWas) {
  const ShopSize whole = make_generated_data(kFew)->size();
  for (const char* const last : {"artists", "albums", "tracks", "stock", "customers"}) {
    ShopDatabase shop(folder_.path() / (std::string(last) + ".db"), banyan::system_clock());
    load_until(shop, kFew, last);
    ASSERT_THAT(load(shop, kFew), Succeeds()) << last;
    EXPECT_EQ(numbers(counted(shop)), numbers(whole)) << last;
  }
}

TEST_F(BrokenOffLoading, MayBeBrokenOffAgain) {
  for (const char* const last : {"artists", "albums", "tracks", "stock", "customers"}) {
    load_until(shop_, kFew, last);
  }
  const auto report = load(shop_, kFew);
  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(numbers(counted(shop_)), numbers(make_generated_data(kFew)->size()));
}

TEST_F(BrokenOffLoading, IsNotCompletedWithOtherRecords) {
  load_until(shop_, kFew, "tracks");
  const auto before = numbers(counted(shop_));
  EXPECT_THAT(load(shop_, {.seed = 2, .tracks = 60}), BreaksRule("recordshop.half_loaded"));
  EXPECT_THAT(load(shop_, {.seed = 1, .tracks = 120}), BreaksRule("recordshop.half_loaded"));
  EXPECT_EQ(numbers(counted(shop_)), before);
}

TEST_F(BrokenOffLoading, IsLeftAloneWhenSomebodyHasUsedTheShopSince) {
  load_until(shop_, kFew, "customers");
  const std::vector<customers::CustomerRecord> stranger{
      {customers::CustomerId::make({1}, banyan::system_random()),
       "Somebody Else",
       "somebody@example.org",
       {},
       {},
       {1}}};
  ASSERT_THAT(customers::load(shop_.modules().customers, any_context(), stranger), Succeeds());
  const auto before = numbers(counted(shop_));
  EXPECT_THAT(load(shop_, kFew), BreaksRule("recordshop.half_loaded"));
  EXPECT_EQ(numbers(counted(shop_)), before);
}

TEST(ProgressOfALoad, IsToldOnceASecondAndOfEachKindHowItEnded) {
  banyan::ManualClock clock;
  std::vector<std::string> said;
  ProgressLines lines(clock, [&said](const Progress& progress) {
    said.push_back(std::string(progress.what) + ' ' + std::to_string(progress.done));
  });

  lines.take({"tracks", 1, 9});
  lines.take({"tracks", 2, 9});
  lines.take({"tracks", 3, 9});
  EXPECT_THAT(said, ElementsAre("tracks 1"));
  clock.advance(std::chrono::seconds(1));
  lines.take({"tracks", 4, 9});
  lines.take({"tracks", 9, 9});
  lines.take({"stock", 1, 1});
  EXPECT_THAT(said, ElementsAre("tracks 1", "tracks 4", "tracks 9"));
  lines.end();
  EXPECT_THAT(said, ElementsAre("tracks 1", "tracks 4", "tracks 9", "stock 1"));
  lines.end();
  EXPECT_EQ(said.size(), 4U);
}

}  // namespace
}  // namespace recordshop
