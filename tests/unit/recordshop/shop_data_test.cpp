// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <set>

#include "contract/environment_under_test.hpp"
#include "contract/matchers.hpp"
#include "contract/port_under_test.hpp"
#include "contract/sample_database.hpp"
#include "data/chinook.hpp"
#include "data/generator.hpp"
#include "support/raw_sqlite.hpp"

namespace recordshop {
namespace {

using banyan::contract::any_context;
using banyan::contract::TemporaryFolder;
using testing::Contains;
using testing::HasSubstr;

/// Everything of a shop in one text, to compare.
std::string all_of(ShopData& data) {
  std::string text;
  data.artists([&](auto records) {
    for (const auto& each : records) text += each.id.str() + each.name + '\n';
  });
  data.albums([&](auto records) {
    for (const auto& each : records) text += each.id.str() + each.artist.str() + each.title + '\n';
  });
  data.tracks([&](auto records) {
    for (const auto& each : records) {
      text += each.id.str() + each.title + std::to_string(each.price.minor_units) + '\n';
    }
  });
  data.stock([&](auto records) {
    for (const auto& each : records) text += each.track.str() + std::to_string(each.on_hand) + '\n';
  });
  data.customers([&](auto records) {
    for (const auto& each : records) {
      text += each.id.str() + each.email + (each.address ? each.address->city : "") + '\n';
    }
  });
  data.orders([&](auto records) {
    for (const auto& each : records) {
      text += each.id.str() + each.customer.str() + std::to_string(each.lines.size()) + '\n';
    }
  });
  return text;
}

TEST(GeneratedData, IsTheSameForASeedAndAnotherForAnother) {
  const GeneratorOptions one{.seed = 1, .tracks = 300};
  const GeneratorOptions two{.seed = 2, .tracks = 300};

  EXPECT_EQ(all_of(*make_generated_data(one)), all_of(*make_generated_data(one)));
  EXPECT_NE(all_of(*make_generated_data(one)), all_of(*make_generated_data(two)));
}

TEST(GeneratedData, HasAFewHotRecordsAndPlentyOfTheRest) {
  std::int64_t hot = 0;
  std::int64_t rest = 0;
  make_generated_data({.seed = 1, .tracks = 2'000})->stock([&](auto records) {
    for (const auto& each : records) ++(each.on_hand <= 10 ? hot : rest);
  });

  EXPECT_EQ(hot, 4);
  EXPECT_EQ(rest, 1'996);
}

TEST(GeneratedData, HasCustomersOfSeveralCountriesWhoPlacedItsOrders) {
  const auto data = make_generated_data({.seed = 1, .tracks = 2'000});
  std::set<std::string> ids;
  std::set<std::string> emails;
  std::set<std::string> countries;
  data->customers([&](auto records) {
    for (const auto& each : records) {
      EXPECT_THAT(customers::check(each), Succeeds());
      ids.insert(each.id.str());
      emails.insert(each.email);
      countries.insert(each.address->country);
    }
  });

  EXPECT_EQ(static_cast<std::int64_t>(ids.size()), data->size().customers);
  EXPECT_EQ(emails.size(), ids.size());
  EXPECT_GE(countries.size(), 8U);
  EXPECT_TRUE(ids.contains("cus_00000000000070008000000000000001"));
  data->orders([&](auto records) {
    for (const auto& each : records) EXPECT_TRUE(ids.contains(each.customer.str()));
  });
}

TEST(GeneratedData, LetsItsBestKnownCustomerSignIn) {
  TemporaryFolder folder;
  ShopDatabase shop(folder.path() / "shop.db", banyan::system_clock());
  const auto data = make_generated_data({.seed = 1, .tracks = 20});
  ASSERT_THAT(load_shop(*data, shop.modules(), banyan::system_clock(), {}), Succeeds());
  const auto module =
      customers::make_customers({}, shop.modules().customers, banyan::contract::real_environment());

  const auto ada =
      module->handle(customers::CheckPassword{"Ada@example.org", "paper harbour"}, any_context());

  ASSERT_THAT(ada, Succeeds());
  EXPECT_EQ(ada->name, "Ada Vogel");
}

TEST(GeneratedData, FillsAShopThatThenWorks) {
  TemporaryFolder folder;
  ShopDatabase shop(folder.path() / "shop.db", banyan::system_clock());
  const auto data = make_generated_data({.seed = 1, .tracks = 2'500});
  std::vector<std::string> stages;

  const auto report =
      load_shop(*data, shop.modules(), banyan::system_clock(), [&](const Progress& progress) {
        EXPECT_LE(progress.done, progress.of);
        if (stages.empty() || stages.back() != progress.what) stages.emplace_back(progress.what);
      });

  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->stored.tracks, 2'500);
  EXPECT_EQ(report->stored.stock, 2'500);
  EXPECT_EQ(
      catalog::count_tracks(shop.modules().catalog,
                            banyan::Context::begin(std::chrono::seconds(20), banyan::system_clock(),
                                                   banyan::system_random())),
      2'500);
  EXPECT_EQ(
      orders::count_orders(shop.modules().orders,
                           banyan::Context::begin(std::chrono::seconds(20), banyan::system_clock(),
                                                  banyan::system_random())),
      250);
  EXPECT_THAT(stages,
              testing::ElementsAre("artists", "albums", "tracks", "stock", "customers", "orders"));
  RecordProperty("records_per_second", static_cast<int>(report->records_per_second()));
}

TEST(GeneratedData, IsNotLoadedTwice) {
  TemporaryFolder folder;
  ShopDatabase shop(folder.path() / "shop.db", banyan::system_clock());
  const auto data = make_generated_data({.seed = 1, .tracks = 20});
  ASSERT_THAT(load_shop(*data, shop.modules(), banyan::system_clock(), {}), Succeeds());

  EXPECT_THAT(load_shop(*data, shop.modules(), banyan::system_clock(), {}),
              BreaksRule("recordshop.already_loaded"));
  EXPECT_EQ(
      catalog::count_tracks(shop.modules().catalog,
                            banyan::Context::begin(std::chrono::seconds(20), banyan::system_clock(),
                                                   banyan::system_random())),
      20);
}

/// The real file when it is there, else a small one of the same shape.
class Chinook : public testing::Test {
 protected:
  std::filesystem::path small() {
    const std::filesystem::path file = folder_.path() / "small.sqlite";
    run(file,
        "CREATE TABLE Artist (ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120));"
        "CREATE TABLE Album (AlbumId INTEGER PRIMARY KEY, Title TEXT, ArtistId INTEGER);"
        "CREATE TABLE Track (TrackId INTEGER PRIMARY KEY, Name TEXT, AlbumId INTEGER,"
        " Composer TEXT, Milliseconds INTEGER, UnitPrice NUMERIC(10,2));"
        "CREATE TABLE Customer (CustomerId INTEGER PRIMARY KEY, FirstName TEXT, LastName TEXT,"
        " Address TEXT, City TEXT, State TEXT, Country TEXT, PostalCode TEXT, Email TEXT);"
        "CREATE TABLE Invoice (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER,"
        " InvoiceDate DATETIME, Total NUMERIC(10,2));"
        "CREATE TABLE InvoiceLine (InvoiceLineId INTEGER PRIMARY KEY, InvoiceId INTEGER,"
        " TrackId INTEGER, UnitPrice NUMERIC(10,2), Quantity INTEGER);"
        "CREATE TABLE Genre (GenreId INTEGER PRIMARY KEY);"
        "INSERT INTO Artist VALUES (1, 'AC/DC'), (2, NULL);"
        "INSERT INTO Album VALUES (1, 'Let There Be Rock', 1), (2, 'Untitled', 2);"
        "INSERT INTO Track VALUES (1, 'Go Down', 1, 'Young', 1000, 0.99),"
        " (2, 'Dog Eat Dog', 1, NULL, 2000, 1.99), (3, 'No Album', NULL, NULL, 1, 0.99),"
        " (4, 'Odd Price', 2, NULL, 1, 0.995);"
        "INSERT INTO Customer VALUES (7, 'Luís', 'Gonçalves', 'Av. Faria Lima, 2170',"
        " 'São José dos Campos', 'SP', 'Brazil', '12227-000', 'Luis@Example.com'),"
        " (8, 'Mark', 'Odd', 'Somewhere 1', 'Lost City', NULL, 'Atlantis', NULL,"
        " 'mark@example.com'),"
        " (9, 'Nobody', '', NULL, NULL, NULL, NULL, NULL, 'no address'),"
        " (10, 'Second', 'Luís', NULL, NULL, NULL, NULL, NULL, 'LUIS@example.com');"
        "INSERT INTO Invoice VALUES (1, 7, '2021-01-01 00:00:00', 2.98),"
        " (2, 7, '2021-01-02 00:00:00', 9.99), (3, 7, 'yesterday', 0.99);"
        "INSERT INTO InvoiceLine VALUES (1, 1, 1, 0.99, 1), (2, 1, 2, 1.99, 1),"
        " (3, 2, 1, 0.99, 2), (4, 3, 1, 0.99, 1);"
        "INSERT INTO Genre VALUES (1);");
    return file;
  }

  static void run(const std::filesystem::path& file, const char* sql) {
    banyan::test::RawSqlite(file).run(sql);
  }

  TemporaryFolder folder_;
};

TEST_F(Chinook, BecomesAShop) {
  ShopDatabase shop(folder_.path() / "shop.db", banyan::system_clock());
  auto data = open_chinook(small());
  ASSERT_THAT(data, Succeeds());

  const auto report = load_shop(**data, shop.modules(), banyan::system_clock(), {});

  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->stored.tracks, 2);
  EXPECT_EQ(report->stored.stock, 2);
  EXPECT_EQ(report->stored.customers, 2);
  EXPECT_EQ(report->stored.orders, 2);
  EXPECT_THAT(report->not_mapped, Contains(HasSubstr("1 rows of Genre")));
  EXPECT_THAT(report->not_mapped, Contains(HasSubstr("track 3 (No Album) is on no album")));
  EXPECT_THAT(report->not_mapped, Contains(HasSubstr("track 4 (Odd Price) costs 0.995")));
  EXPECT_THAT(report->not_mapped,
              Contains(HasSubstr("customer 8 (Mark Odd) has an address that the shop cannot")));
  EXPECT_THAT(report->not_mapped,
              Contains(HasSubstr("customer 9 (Nobody ) could not have an account: /email")));
  EXPECT_THAT(report->not_mapped,
              Contains(HasSubstr("customer 10 (Second Luís) has the e-mail address of another")));
  EXPECT_THAT(report->not_mapped, Contains(HasSubstr("invoice 2 has a total of 9.99")));
  EXPECT_THAT(report->not_mapped, Contains(HasSubstr("a date that is none: 'yesterday'")));
}

TEST_F(Chinook, KeepsPricesToTheCentAndDays) {
  auto data = open_chinook(small());
  ASSERT_THAT(data, Succeeds());

  (*data)->tracks([](auto records) {
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].price, (banyan::Money{99, "USD"}));
    EXPECT_EQ(records[1].price, (banyan::Money{199, "USD"}));
    EXPECT_EQ(records[1].composer, std::nullopt);
  });
  (*data)->orders([](auto records) {
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(to_string(records[0].placed_at), "2021-01-01T00:00:00.000000Z");
    EXPECT_EQ(records[0].lines.size(), 2U);
    EXPECT_EQ(records[1].lines[0].quantity, 2);
  });
}

TEST_F(Chinook, HasTheCustomersOfItsOrders) {
  auto data = open_chinook(small());
  ASSERT_THAT(data, Succeeds());

  std::vector<customers::CustomerRecord> all;
  (*data)->customers([&](auto records) { all.assign(records.begin(), records.end()); });
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].name, "Luís Gonçalves");
  EXPECT_EQ(all[0].email, "luis@example.com");
  EXPECT_EQ(all[0].address, (customers::Address{"Luís Gonçalves", "Av. Faria Lima, 2170",
                                                "12227-000", "São José dos Campos, SP", "BR"}));
  EXPECT_EQ(all[1].address, std::nullopt);
  (*data)->orders([&](auto records) {
    for (const auto& each : records) EXPECT_EQ(each.customer.str(), all[0].id.str());
  });
}

// Both number from 1, as SQLite does.
TEST_F(Chinook, IsNotCompletedWithAnotherOne) {
  ShopDatabase shop(folder_.path() / "shop.db", banyan::system_clock());
  const auto other = folder_.path() / "other.sqlite";
  std::filesystem::copy_file(small(), other);
  run(other, "UPDATE Artist SET Name = 'Somebody Else' WHERE ArtistId = 1");
  auto first = open_chinook(folder_.path() / "small.sqlite");
  auto second = open_chinook(other);
  ASSERT_THAT(first, Succeeds());
  ASSERT_THAT(second, Succeeds());
  struct Stopped {};
  EXPECT_THROW((void)load_shop(**first, shop.modules(), banyan::system_clock(),
                               [](const Progress& /*progress*/) { throw Stopped{}; }),
               Stopped);

  const auto refused = load_shop(**second, shop.modules(), banyan::system_clock(), {});

  ASSERT_THAT(refused, BreaksRule("recordshop.half_loaded"));
  EXPECT_THAT(refused.error().message, HasSubstr("2 artists"));
  EXPECT_THAT(refused.error().message, HasSubstr("the Chinook database other.sqlite"));
  EXPECT_EQ(catalog::count_albums(shop.modules().catalog, any_context()), 0);
  EXPECT_THAT(load_shop(**first, shop.modules(), banyan::system_clock(), {}), Succeeds());
}

TEST_F(Chinook, IsRefusedWithAllThatIsMissingWhenItIsSomethingElse) {
  const auto other = folder_.path() / "other.sqlite";
  run(other, "CREATE TABLE Artist (ArtistId INTEGER); CREATE TABLE Album (x);");

  const auto refused = open_chinook(other);

  ASSERT_THAT(refused, BreaksRule("recordshop.not_chinook"));
  EXPECT_THAT(refused.error().message, HasSubstr("table Artist has no column Name"));
  EXPECT_THAT(refused.error().message, HasSubstr("there is no table Track"));
  EXPECT_THAT(refused.error().message, HasSubstr("there is no table InvoiceLine"));
}

TEST_F(Chinook, IsRefusedWhenItIsNoDatabaseAtAll) {
  const auto text = folder_.path() / "notes.txt";
  std::ofstream(text) << std::string(2'000, 'x');

  EXPECT_THAT(open_chinook(text), BreaksRule("recordshop.not_chinook"));
  EXPECT_THAT(open_chinook(folder_.path() / "nothing"), BreaksRule("recordshop.no_such_file"));
  EXPECT_THAT(open_chinook(folder_.path()), BreaksRule("recordshop.no_such_file"));
}

TEST_F(Chinook, IsNotChangedByBeingRead) {
  const auto file = small();
  const auto before = std::filesystem::last_write_time(file);
  auto data = open_chinook(file);
  ASSERT_THAT(data, Succeeds());
  (void)all_of(**data);

  EXPECT_EQ(std::filesystem::last_write_time(file), before);
}

TEST_F(Chinook, OfTheRealFileIsWhole) {
  const char* const named = std::getenv("BANYAN_CHINOOK");
  const std::filesystem::path file =
      named != nullptr ? named : BANYAN_SOURCE_DIR "/../shared/data/chinook.sqlite";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no Chinook database; set BANYAN_CHINOOK";
  ShopDatabase shop(folder_.path() / "shop.db", banyan::system_clock());
  auto data = open_chinook(file);
  ASSERT_THAT(data, Succeeds());
  std::size_t lines = 0;
  std::int64_t cents = 0;
  (*data)->orders([&](auto records) {
    for (const auto& order : records) {
      lines += order.lines.size();
      for (const auto& line : order.lines) cents += line.quantity * line.unit_price.minor_units;
    }
  });

  const auto report = load_shop(**data, shop.modules(), banyan::system_clock(), {});

  ASSERT_THAT(report, Succeeds());
  EXPECT_EQ(report->stored.artists, 275);
  EXPECT_EQ(report->stored.albums, 347);
  EXPECT_EQ(report->stored.tracks, 3'503);
  EXPECT_EQ(report->stored.orders, 412);
  EXPECT_EQ(lines, 2'240U);
  EXPECT_EQ(cents, 232'860);  // SELECT sum(Total) FROM Invoice: 2328.60
  EXPECT_EQ(report->stored.customers, 59);
  EXPECT_THAT(report->not_mapped, testing::Not(Contains(HasSubstr("customer "))));
}

}  // namespace
}  // namespace recordshop
