// SPDX-License-Identifier: Apache-2.0
// What a load makes of records that are not its own: of other data whose ids are the same, and of
// another load that is at work at the same time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "banyan/kernel/clock.hpp"
#include "banyan/test/temporary_database.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "data/generator.hpp"
#include "data/shop_database.hpp"
#include "support/postgres_server.hpp"

namespace recordshop {
namespace {

using banyan::contract::any_context;
using banyan::sql::DataSource;
using banyan::sql::Engine;
using testing::HasSubstr;
using testing::Not;

constexpr GeneratorOptions kFew{.seed = 1, .tracks = 60};

struct Stopped : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Generated data, but for one record: its id is the same and its content another.
class AlteredData final : public ShopData {
 public:
  AlteredData(std::string_view what, std::size_t at) : what_(what), at_(at) {}

  std::string name() const override { return "altered data"; }
  ShopSize size() const override { return data_->size(); }
  void artists(const Take<catalog::ArtistRecord>& take) override {
    data_->artists(
        altering<catalog::ArtistRecord>("artists", take, [](auto& one) { one.name += '!'; }));
  }
  void albums(const Take<catalog::AlbumRecord>& take) override {
    data_->albums(
        altering<catalog::AlbumRecord>("albums", take, [](auto& one) { one.title += '!'; }));
  }
  void tracks(const Take<catalog::TrackRecord>& take) override {
    data_->tracks(
        altering<catalog::TrackRecord>("tracks", take, [](auto& one) { one.composer = "Other"; }));
  }
  void stock(const Take<warehouse::StockRecord>& take) override {
    data_->stock(
        altering<warehouse::StockRecord>("stock", take, [](auto& one) { one.on_hand += 1; }));
  }
  void customers(const Take<customers::CustomerRecord>& take) override {
    data_->customers(altering<customers::CustomerRecord>("customers", take,
                                                         [](auto& one) { one.address.reset(); }));
  }
  void orders(const Take<orders::OrderRecord>& take) override {
    data_->orders(altering<orders::OrderRecord>(
        "orders", take, [](auto& one) { one.lines.front().quantity += 1; }));
  }

 private:
  /// Of the first batch, which is all that these few records need.
  template <class Record>
  Take<Record> altering(std::string_view what, const Take<Record>& take,
                        std::function<void(Record&)> alter) const {
    return [this, what, &take, alter = std::move(alter)](std::span<const Record> batch) {
      std::vector<Record> records(batch.begin(), batch.end());
      if (what == what_) alter(records.at(at_));
      take(records);
    };
  }

  std::unique_ptr<ShopData> data_ = make_generated_data(kFew);
  std::string_view what_;
  std::size_t at_;
};

/// The machine's clock, on which something happens when it is read for the nth time: what another
/// process does just then.
class BusyClock final : public banyan::Clock {
 public:
  BusyClock(int nth, std::function<void()> what) : left_(nth), what_(std::move(what)) {}
  banyan::Timestamp now() const override { return banyan::system_clock().now(); }
  banyan::SteadyTime steady() const override {
    if (--left_ == 0) what_();
    return banyan::system_clock().steady();
  }

 private:
  mutable int left_;
  std::function<void()> what_;
};

banyan::Result<LoadReport> load(ShopDatabase& shop, const GeneratorOptions& options = kFew,
                                const banyan::Clock& clock = banyan::system_clock()) {
  return load_shop(*make_generated_data(options), shop.modules(), clock, {});
}

/// A load during which `meanwhile` happens, behind the first batch of `what`.
banyan::Result<LoadReport> load_while(ShopDatabase& shop, std::string_view what,
                                      const std::function<void()>& meanwhile) {
  bool has_happened = false;
  return load_shop(*make_generated_data(kFew), shop.modules(), banyan::system_clock(),
                   [&](const Progress& progress) {
                     if (progress.what == what && !std::exchange(has_happened, true)) meanwhile();
                   });
}

/// A load that is broken off behind the first batch of `last`.
void load_until(ShopDatabase& shop, std::string_view last, const GeneratorOptions& options = kFew) {
  const auto stop = [last](const Progress& progress) {
    if (progress.what == last) throw Stopped(std::string(last));
  };
  EXPECT_THROW(
      (void)load_shop(*make_generated_data(options), shop.modules(), banyan::system_clock(), stop),
      Stopped);
}

std::vector<std::int64_t> counts(ShopDatabase& shop) {
  const ModuleDatabases of = shop.modules();
  return {catalog::count_artists(of.catalog, any_context()),
          catalog::count_albums(of.catalog, any_context()),
          catalog::count_tracks(of.catalog, any_context()),
          warehouse::count_stock(of.warehouse, any_context()),
          customers::count_customers(of.customers, any_context()),
          orders::count_orders(of.orders, any_context())};
}

std::vector<std::int64_t> all_of_few() {
  const ShopSize size = make_generated_data(kFew)->size();
  return {size.artists, size.albums, size.tracks, size.stock, size.customers, size.orders};
}

bool holds_all(ShopDatabase& shop, ShopData& data) {
  const ModuleDatabases of = shop.modules();
  bool all = true;
  data.artists([&](auto records) {
    all = catalog::holds(of.catalog, any_context(), {.artists = records}) && all;
  });
  data.albums([&](auto records) {
    all = catalog::holds(of.catalog, any_context(), {.albums = records}) && all;
  });
  data.tracks([&](auto records) {
    all = catalog::holds(of.catalog, any_context(), {.tracks = records}) && all;
  });
  data.stock(
      [&](auto records) { all = warehouse::holds(of.warehouse, any_context(), records) && all; });
  data.customers(
      [&](auto records) { all = customers::holds(of.customers, any_context(), records) && all; });
  data.orders([&](auto records) { all = orders::holds(of.orders, any_context(), records) && all; });
  return all;
}

class LoadsThatMeet : public testing::TestWithParam<Engine> {
 protected:
  LoadsThatMeet() {
    if (GetParam() == Engine::Sqlite) {
      source_ = {Engine::Sqlite, folder_.path() / "shop.db", {}};
    } else {
      server_.emplace(banyan::test::PostgresServer::shared().make_database());
      source_ = {Engine::Postgres, {}, server_->url()};
    }
    shop_.emplace(source_, banyan::system_clock());
  }

  banyan::test::TemporaryFolder folder_{banyan::test::memory_folder()};
  std::optional<banyan::test::PostgresDatabase> server_;
  DataSource source_;
  std::optional<ShopDatabase> shop_;
};

TEST_P(LoadsThatMeet, TellTheirRecordsFromOthersWithTheSameIds) {
  ASSERT_THAT(load(*shop_), Succeeds());
  EXPECT_TRUE(holds_all(*shop_, *make_generated_data(kFew)));
  for (const char* const what : {"artists", "albums", "tracks", "stock", "customers", "orders"}) {
    AlteredData altered(what, 1);
    EXPECT_FALSE(holds_all(*shop_, altered)) << what;
  }
}

TEST_P(LoadsThatMeet, EndAsOneWhenTheOtherHasCompletedIt) {
  const auto report = load_while(*shop_, "artists", [&] { ASSERT_THAT(load(*shop_), Succeeds()); });

  ASSERT_THAT(report, BreaksRule("recordshop.already_loaded"));
  EXPECT_THAT(report.error().message, HasSubstr("another load of generated data (seed 1)"));
  EXPECT_EQ(counts(*shop_), all_of_few());
}

TEST_P(LoadsThatMeet, SayToTheSlowerOneThatTheOtherIsAtWorkAndWhatToDo) {
  const auto report = load_while(*shop_, "artists", [&] { load_until(*shop_, "albums"); });

  ASSERT_THAT(report, BreaksRule("recordshop.loaded_meanwhile"));
  EXPECT_EQ(report.error().code, banyan::ErrorCode::Unavailable)
      << "nothing is wrong with the data";
  EXPECT_THAT(report.error().message, HasSubstr("2 artists, 6 albums"));
  EXPECT_THAT(report.error().message, HasSubstr("Run the same command again"));
  ASSERT_THAT(load(*shop_), Succeeds());
  EXPECT_EQ(counts(*shop_), all_of_few());
}

INSTANTIATE_TEST_SUITE_P(Engines, LoadsThatMeet, testing::Values(Engine::Sqlite, Engine::Postgres),
                         [](const auto& engine) { return std::string(to_string(engine.param)); });

class LoadOfAFew : public testing::Test {
 protected:
  banyan::test::TemporaryFolder folder_{banyan::test::memory_folder()};
  ShopDatabase shop_{folder_.path() / "shop.db", banyan::system_clock()};
};

// Chinook databases number from 1, all of them.
TEST_F(LoadOfAFew, IsNotCompletedWithOtherContentsUnderTheSameIds) {
  for (const char* const what : {"artists", "albums", "tracks", "stock", "customers"}) {
    ShopDatabase shop(folder_.path() / (std::string(what) + ".db"), banyan::system_clock());
    load_until(shop, what);
    const auto before = counts(shop);

    AlteredData altered(what, 0);
    const auto report = load_shop(altered, shop.modules(), banyan::system_clock(), {});

    ASSERT_THAT(report, BreaksRule("recordshop.half_loaded")) << what;
    EXPECT_THAT(report.error().message, HasSubstr("the " + std::string(what) + " are others"));
    EXPECT_EQ(counts(shop), before) << what;
    EXPECT_THAT(load(shop), Succeeds()) << what << ": it is still what it was";
  }
}

TEST_F(LoadOfAFew, IsComparedAtItsBeginningInItsMiddleAndAtItsEnd) {
  load_until(shop_, "tracks");
  for (const std::size_t at : {0U, 29U, 59U}) {
    AlteredData altered("tracks", at);
    EXPECT_THAT(load_shop(altered, shop_.modules(), banyan::system_clock(), {}),
                BreaksRule("recordshop.half_loaded"))
        << at;
  }
}

// Where a script goes on behind --once, the shop would be opened with a part of its data.
TEST_F(LoadOfAFew, IsNoShopWithDataOfItsOwnForAnotherOneUntilItIsComplete) {
  load_until(shop_, "customers");
  EXPECT_THAT(load(shop_, {.seed = 2, .tracks = 60}), BreaksRule("recordshop.half_loaded"));
  ASSERT_THAT(load(shop_), Succeeds());
  EXPECT_THAT(load(shop_, {.seed = 2, .tracks = 60}), BreaksRule("recordshop.already_loaded"));
}

// The kinds are counted one after another.
TEST_F(LoadOfAFew, IsNotTakenForAShopWithDataWhileItIsCounted) {
  for (int nth = 1; nth <= 6; ++nth) {
    ShopDatabase shop(folder_.path() / (std::to_string(nth) + ".db"), banyan::system_clock());
    load_until(shop, "artists");
    const BusyClock clock(nth, [&shop] {
      load_until(shop, "albums");
      load_until(shop, "tracks");
    });

    const auto report = load(shop, kFew, clock);

    EXPECT_THAT(report, Not(BreaksRule("recordshop.already_loaded"))) << nth;
    EXPECT_THAT(report, Not(BreaksRule("recordshop.half_loaded"))) << nth;
    if (!report) {
      EXPECT_THAT(report, BreaksRule("recordshop.loaded_meanwhile")) << nth;
      EXPECT_THAT(load(shop), Succeeds()) << nth;
    }
    EXPECT_EQ(counts(shop), all_of_few()) << nth;
  }
}

TEST_F(LoadOfAFew, SaysSoWhenALoadOfOtherRecordsHasBegunAtTheSameTime) {
  constexpr int kBehindTheCounts = 7;
  const BusyClock clock(kBehindTheCounts,
                        [this] { load_until(shop_, "artists", {.seed = 2, .tracks = 60}); });

  const auto report = load(shop_, kFew, clock);

  ASSERT_THAT(report, BreaksRule("recordshop.mixed_data"));
  EXPECT_THAT(report.error().message, HasSubstr("other artists"));
}

TEST_F(LoadOfAFew, SaysSoWhenSomebodyUsesTheShopMeanwhile) {
  const std::vector<customers::CustomerRecord> stranger{
      {customers::CustomerId::make({1}, banyan::system_random()),
       "Another Ada",
       "ada@example.org",
       {},
       {},
       {1}}};

  const auto report = load_while(shop_, "stock", [&] {
    ASSERT_THAT(customers::load(shop_.modules().customers, any_context(), stranger), Succeeds());
  });

  ASSERT_THAT(report, BreaksRule("recordshop.mixed_data"));
  EXPECT_THAT(report.error().message, HasSubstr("other customers"));
}

}  // namespace
}  // namespace recordshop
