// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "banyan/mover/move.hpp"
#include "warehouse_sample.hpp"

namespace banyan::mover {
namespace {

using ::testing::HasSubstr;
using testing::make_shop;
using testing::RawDatabase;
using testing::TempFolder;
using testing::warehouse_request;

class MoverBadInput : public ::testing::Test {
 protected:
  MoverBadInput() {
    make_shop(shared_, 3);
    request_ = warehouse_request(shared_);
  }

  // Both the dry run and the move must say it, and the move must leave the module where it is.
  void expect_refusal(const std::string& rule, const std::string& words,
                      Direction direction = Direction::Out) {
    const auto outcome = move_module(request_, direction);
    ASSERT_FALSE(outcome) << words;
    EXPECT_EQ(outcome.error().rule, rule);
    std::string told = outcome.error().message;
    for (const Detail& detail : outcome.error().details) {
      told += '\n' + detail.where + ": " + detail.problem;
    }
    EXPECT_THAT(told, HasSubstr(words));
    const auto plan = plan_move(request_, direction);
    const std::string planned = plan ? to_text(*plan) : plan.error().message;
    EXPECT_THAT(planned, HasSubstr(words));
  }
  void run(const std::string& sql) { RawDatabase(shared_).run(sql); }

  TempFolder folder_;
  std::filesystem::path shared_ = folder_ / "shop.db";
  std::filesystem::path own_ = folder_ / "shop.warehouse.db";
  MoveRequest request_;
};

TEST_F(MoverBadInput, NoSuchFile) {
  request_.shared = folder_ / "shpo.db";
  expect_refusal("mover.no_database", "there is no database file");
}

TEST_F(MoverBadInput, AFolderInsteadOfAFile) {
  request_.shared = folder_.path();
  expect_refusal("mover.not_a_database", "is not a file; give the path of the database file");
}

TEST_F(MoverBadInput, ATextFileInsteadOfADatabase) {
  std::ofstream(folder_ / "notes.txt") << std::string(4096, 'x');
  request_.shared = folder_ / "notes.txt";
  expect_refusal("mover.not_a_database", "file is not a database");
  const auto report = schema_report(folder_ / "notes.txt", testing::shop_ownership());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().rule, "mover.not_a_database");
  EXPECT_FALSE(recover(folder_ / "notes.txt", testing::shop_ownership()));
}

TEST_F(MoverBadInput, AModuleThatNobodyKnows) {
  request_.module = "shipping";
  expect_refusal("mover.unknown_module", "it has: catalog, orders, warehouse");
}

TEST_F(MoverBadInput, AModuleWithoutTables) {
  request_.ownership.modules[2].tables.clear();
  expect_refusal("mover.no_tables", "owns no tables");
}

TEST_F(MoverBadInput, AModuleNameThatIsNoFileName) {
  request_.module = "../warehouse";
  request_.ownership.modules[2].module = "../warehouse";
  expect_refusal("mover.bad_module_name", "must not be empty, begin with '.' or contain '/'");
}

TEST_F(MoverBadInput, AManifestThatContradictsItself) {
  request_.ownership.modules[0].tables.push_back("STOCK");
  request_.ownership.modules[1].tables.push_back("banyan_fence");
  request_.ownership.shared.push_back({"activity", {"billing"}});
  request_.ownership.modules.push_back({"orders", {""}});
  const auto outcome = move_module(request_, Direction::Out);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "mover.bad_ownership");
  std::string all;
  for (const Detail& detail : outcome.error().details) all += detail.problem + "\n";
  EXPECT_THAT(all, HasSubstr("stock has the owner catalog already"));
  EXPECT_THAT(all, HasSubstr("banyan_fence belongs to the kit"));
  EXPECT_THAT(all, HasSubstr("billing, which is not a module"));
  EXPECT_THAT(all, HasSubstr("listed twice"));
  EXPECT_THAT(all, HasSubstr("name is empty"));
}

TEST_F(MoverBadInput, ATableThatTheDatabaseDoesNotHave) {
  request_.ownership.modules[2].tables.push_back("pallets");
  expect_refusal("mover.refused", "pallets: the manifest gives it to warehouse");
}

TEST_F(MoverBadInput, ViolationsThatRemain) {
  run("CREATE TABLE lines(id INTEGER PRIMARY KEY, track INT REFERENCES stock(track))");
  request_.ownership.modules[1].tables.push_back("lines");
  request_.statements = {{"orders", "UPDATE stock SET n = n - 1", "orders/reserve.cpp:40"}};
  expect_refusal("mover.refused", "foreign key lines.track -> stock.track: orders -> warehouse");
  expect_refusal("mover.refused", "statement orders/reserve.cpp:40: orders -> warehouse");
  EXPECT_EQ(plan_move(request_, Direction::Out)->violations.size(), 2U);
}

TEST_F(MoverBadInput, ALocationThatIsAPath) {
  for (const std::string location :
       {"../w.db", "sub/w.db", "..", "shop.db", "w.db-wal", "w.lock"}) {
    request_.location = location;
    expect_refusal("mover.bad_location", "'" + location + "' cannot be the module's own file");
  }
}

TEST_F(MoverBadInput, ATargetThatSomebodyElseMade) {
  RawDatabase(own_).run("CREATE TABLE diary(x)");
  expect_refusal("mover.refused", "was not made by a move of warehouse");
  EXPECT_EQ(RawDatabase(own_).number("SELECT count(*) FROM diary"), 0);
}

TEST_F(MoverBadInput, ATargetThatIsNoDatabase) {
  std::ofstream(own_) << std::string(2000, 'y');
  expect_refusal("mover.not_a_database", "file is not a database");
}

TEST_F(MoverBadInput, ATargetOfAnotherModule) {
  request_.location = "shop.catalog.db";
  RawDatabase(folder_ / "shop.catalog.db")
      .run(
          "CREATE TABLE banyan_gate(module TEXT PRIMARY KEY, state TEXT, epoch INTEGER);"
          "INSERT INTO banyan_gate VALUES ('catalog', 'open', 1)");
  expect_refusal("mover.refused", "it is the own file of module catalog");
}

TEST_F(MoverBadInput, AnOldCopyToWhichSomebodyAddedATable) {
  ASSERT_TRUE(move_module(request_, Direction::Out));
  ASSERT_TRUE(move_module(request_, Direction::Back));
  RawDatabase(own_).run("CREATE TABLE diary(x)");
  expect_refusal("mover.refused", "it holds diary, which does not belong to warehouse");
}

TEST_F(MoverBadInput, ATargetInAnotherEncoding) {
  RawDatabase(own_).run("PRAGMA encoding = 'UTF-16le'; CREATE TABLE x(y)");
  expect_refusal("mover.refused", "its text encoding is UTF-16le");
}

TEST_F(MoverBadInput, AVirtualTableWhoseRowsAreNowhere) {
  run("CREATE VIRTUAL TABLE search USING fts5(text, content = '')");
  request_.ownership.modules[2].tables.push_back("search");
  expect_refusal("mover.refused", "search: it is a virtual table");
}

TEST_F(MoverBadInput, ATableThatHidesItsRowNumbers) {
  run("CREATE TABLE hidden(rowid TEXT, _rowid_ TEXT, oid TEXT)");
  request_.ownership.modules[2].tables.push_back("hidden");
  expect_refusal("mover.refused", "hide the row number under all its names");
}

TEST_F(MoverBadInput, ACollationThatOnlyTheApplicationHas) {
  {
    RawDatabase db(shared_);
    sqlite3_create_collation(db.get(), "SHOUT", SQLITE_UTF8, nullptr,
                             [](void*, int, const void*, int, const void*) { return 0; });
    db.run("CREATE TABLE loud(x TEXT COLLATE SHOUT); CREATE INDEX loud_x ON loud(x)");
  }
  request_.ownership.modules[2].tables.push_back("loud");
  expect_refusal("mover.refused", "no such collation sequence: SHOUT");
}

TEST_F(MoverBadInput, ACompanionWithoutAModuleColumn) {
  run("CREATE TABLE banyan_outbox(id INTEGER PRIMARY KEY)");
  request_.companions.emplace_back("banyan_outbox");
  expect_refusal("mover.refused", "it has no column 'module'");
}

TEST_F(MoverBadInput, AnotherLocationThanWhereItIs) {
  ASSERT_TRUE(move_module(request_, Direction::Out));
  request_.location = "elsewhere.db";
  expect_refusal("mover.refused", "has moved to shop.warehouse.db already");
}

TEST_F(MoverBadInput, AnIndexNameThatIsTakenAtHome) {
  ASSERT_TRUE(move_module(request_, Direction::Out));
  RawDatabase(own_).run("CREATE INDEX by_title ON hold(state)");
  run("CREATE INDEX by_title ON tracks(title)");
  expect_refusal("mover.refused", "the name of the index by_title is taken there", Direction::Back);
}

TEST_F(MoverBadInput, AStatementFolderThatIsNoneOrHoldsNonsense) {
  const auto missing = statements_from_folder(folder_ / "nowhere");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("is not a folder"));

  std::filesystem::create_directories(folder_ / "sql/warehouse");
  std::ofstream(folder_ / "sql/warehouse/a.sql") << "SELECT 1;\nSELECT 'open;\n";
  const auto unfinished = statements_from_folder(folder_ / "sql");
  ASSERT_FALSE(unfinished);
  EXPECT_THAT(unfinished.error().message,
              HasSubstr("warehouse/a.sql:2: this statement has no end"));

  std::ofstream(folder_ / "sql/a.sql") << "SELECT 1;";
  std::filesystem::remove(folder_ / "sql/warehouse/a.sql");
  const auto homeless = statements_from_folder(folder_ / "sql");
  ASSERT_FALSE(homeless);
  EXPECT_THAT(homeless.error().message, HasSubstr("lies in no module's folder"));
}

TEST_F(MoverBadInput, ASchemaThatChangesBetweenPlanAndMove) {
  MoveOptions options;
  options.on_step = [&](Step step, auto, auto) {
    if (step == Step::Locked) run("CREATE INDEX late ON hold(state)");
  };
  const auto outcome = move_module(request_, Direction::Out, options);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().rule, "mover.schema_changed");
  EXPECT_TRUE(move_module(request_, Direction::Out));
}

TEST_F(MoverBadInput, A_row_older_than_its_CHECK_is_found_by_the_dry_run_and_named) {
  run("PRAGMA ignore_check_constraints = ON; INSERT INTO stock(track, n) VALUES (77, -5000)");
  expect_refusal("mover.refused", "CHECK constraint failed: n IS NULL OR n > -1000");
  expect_refusal("mover.refused", "track=INTEGER 77");
  expect_refusal("mover.refused", "correct the row");
  EXPECT_EQ(testing::expect_single_authority(shared_), shared_);
}

TEST_F(MoverBadInput, A_row_older_than_its_NOT_NULL_is_found_by_the_dry_run) {
  run("CREATE TABLE crates(id INTEGER PRIMARY KEY, n INT); INSERT INTO crates VALUES (5, NULL);"
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_master SET sql = replace(sql, 'n INT', 'n INT NOT NULL') "
      "WHERE name = 'crates'");
  request_.ownership.modules[2].tables.push_back("crates");
  expect_refusal("mover.refused", "crates");
  expect_refusal("mover.refused", "NOT NULL constraint failed: crates.n");
}

TEST_F(MoverBadInput, A_restored_file_is_found_by_the_dry_run) {
  run("PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(shared_, folder_ / "older.db");
  ASSERT_TRUE(move_module(request_, Direction::Out));
  run("PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(folder_ / "older.db", shared_,
                             std::filesystem::copy_options::overwrite_existing);
  expect_refusal("mover.rewound", "was restored from a copy of another time");
  const auto outcome = move_module(request_, Direction::Out);
  EXPECT_THAT(outcome.error().message, ::testing::Not(HasSubstr("authoritative")));
}

}  // namespace
}  // namespace banyan::mover
